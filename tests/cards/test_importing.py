"""Only test certificates come in: real names never, unknown issuers only when named; wrong files say what is wrong."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness.errors import ConfigError
from kiosk_sim.cards import Algorithm, CardKind, CardsError, load_cards, make_cards
from kiosk_sim.cards.errors import ImportRefused
from kiosk_sim.cards.importing import ImportItem, import_certificates, read_import_list
from kiosk_sim.cards.recognition import has_test_marker
from kiosk_sim.cards.renewal import renew_cards, revoke_cards


def item(file, resident="R00020", password=b"open", kind=CardKind.CARD):
    return ImportItem(file=file, resident=resident, password=password, kind=kind)


def test_a_vendors_test_certificate_becomes_a_card_that_signs(fresh, vendor):
    (record,) = import_certificates(fresh, [item(vendor(serial=4711))])
    card = load_cards(fresh).for_resident("R00020")
    assert card.serial == record.serial == "4711"
    assert card.sign(b"n", card.pin)
    assert x509.load_der_x509_certificate(card.certificate_der()).serial_number == 4711
    assert "4711,R00020,active,card" in (fresh / "serials.csv").read_text()


def test_import_starts_a_folder_that_make_then_completes(residents, vendor, tmp_path):
    folder = tmp_path / "new"
    import_certificates(folder, [item(vendor(serial=4711), "R00001")])
    make_cards(residents, folder, algorithm=Algorithm.P_384, only=["R00001", "R00002"])
    box = load_cards(folder)
    assert box.for_resident("R00001").serial == "4711"
    assert len(box) == 40


@pytest.mark.parametrize(
    "issuer",
    [
        "OU=Japan Agency for Local Authority Information Systems,OU=JPKI for user authentication,O=JPKI,C=JP",
        "OU=Test,O=JPKI,C=JP",
        "O=ＪＰＫＩ,C=JP",
        "O=\\ jpki\\ ,C=JP",
        "OU=テスト,O=公的個人認証サービス,C=JP",
        "O=地方公共団体情報システム機構,C=JP",
    ],
)
def test_real_looking_issuers_are_refused_even_if_named_as_test_issuer(fresh, vendor, issuer):
    with pytest.raises(ImportRefused, match="real JPKI"):
        import_certificates(fresh, [item(vendor(issuer=issuer))], test_issuers=[issuer])


def test_a_real_name_in_the_chain_is_refused_too(fresh, vendor):
    with pytest.raises(ImportRefused, match="real JPKI"):
        import_certificates(fresh, [item(vendor(chain=["O=JPKI,C=JP"]))])


def test_an_unknown_issuer_is_refused_with_the_option_that_would_admit_it(fresh, vendor):
    file = vendor(issuer="CN=Vendor CA,O=Vendor,C=JP")
    with pytest.raises(ImportRefused, match="--test-issuer 'CN=Vendor CA,O=Vendor,C=JP'"):
        import_certificates(fresh, [item(file)])
    import_certificates(fresh, [item(file)], test_issuers=["CN=Vendor CA,O=Vendor,C=JP"])


def test_a_test_issuer_may_be_written_either_way_round_but_not_otherwise(fresh, vendor):
    file = vendor(issuer="CN=Vendor CA,O=Vendor,C=JP")
    for text in ("CN=Other CA,O=Vendor,C=JP", "O=Vendor,C=JP"):
        with pytest.raises(ImportRefused):
            import_certificates(fresh, [item(file)], test_issuers=[text])
    import_certificates(fresh, [item(file)], test_issuers=["C=JP, O=vendor, CN=vendor ca"])


def test_a_test_issuer_that_is_no_name_is_told(fresh, vendor):
    with pytest.raises(ImportRefused, match="write it like CN="):
        import_certificates(fresh, [item(vendor())], test_issuers=["Vendor"])


@pytest.mark.parametrize(
    ("name", "recognised"),
    [
        ("O=JPKI-TEST", True),
        ("O=JPKI Mock", True),
        ("OU=試験用認証局,O=架空", True),
        ("CN=ＴＥＳＴ CA", True),
        ("O=Attestation Authority", False),
        ("O=Contest Inc", False),
        ("O=Vendor", False),
    ],
)
def test_test_markers_are_words_of_their_own(name, recognised):
    assert has_test_marker(x509.Name.from_rfc4514_string(name)) is recognised


def test_wrong_password_says_so_without_showing_it(fresh, vendor):
    file = vendor(serial=5)
    with pytest.raises(ImportRefused, match=r"5\.p12: wrong password") as refusal:
        import_certificates(fresh, [item(file, password=b"sesame")])
    assert "sesame" not in str(refusal.value)
    assert "sesame" not in repr(item(file, password=b"sesame"))


def test_what_is_no_pkcs12_or_not_there_is_told(fresh, tmp_path):
    (tmp_path / "x.p12").write_text("hello")
    with pytest.raises(ImportRefused, match="no PKCS #12"):
        import_certificates(fresh, [item(tmp_path / "x.p12")])
    with pytest.raises(ImportRefused, match="cannot be read"):
        import_certificates(fresh, [item(tmp_path / "none.p12")])


def test_keys_no_card_has_are_refused(fresh, vendor):
    with pytest.raises(ImportRefused, match="neither RSA-2048 nor P-384"):
        import_certificates(fresh, [item(vendor(key=ec.generate_private_key(ec.SECP256R1())))])


def test_rsa_test_certificates_are_taken(fresh, vendor):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (record,) = import_certificates(fresh, [item(vendor(key=key))])
    assert record.algorithm is Algorithm.RSA_2048


def test_either_all_files_come_in_or_none(fresh, vendor):
    before = (fresh / "cards.jsonl").read_bytes()
    good, bad = vendor(serial=1), vendor(serial=2, issuer="O=JPKI,C=JP")
    with pytest.raises(ImportRefused):
        import_certificates(fresh, [item(good, "R00020"), item(bad, "R00021")])
    assert (fresh / "cards.jsonl").read_bytes() == before
    assert not (fresh / "certs" / "1.pem").exists()


def test_importing_twice_changes_nothing_and_another_holder_is_refused(fresh, vendor):
    file = vendor(serial=4711)
    first = import_certificates(fresh, [item(file)])
    assert import_certificates(fresh, [item(file)]) == first
    with pytest.raises(ImportRefused, match="taken by a card of R00020"):
        import_certificates(fresh, [item(file, "R00021")])


def test_an_interrupted_import_is_completed(fresh, vendor):
    file = vendor(serial=4711)
    (record,) = import_certificates(fresh, [item(file)])
    (fresh / record.key).unlink()
    (fresh / record.certificate).unlink()
    import_certificates(fresh, [item(file)])
    card = load_cards(fresh).for_resident("R00020")
    assert card.sign(b"n", card.pin)


def test_a_made_card_does_not_give_way(fresh, vendor):
    with pytest.raises(ImportRefused, match="R00001 holds card"):
        import_certificates(fresh, [item(vendor(), "R00001")])
    import_certificates(fresh, [item(vendor(), "R00001", kind=CardKind.PHONE)])
    box = load_cards(fresh)
    assert box.for_resident("R00001").serial != box.for_resident("R00001", CardKind.PHONE).serial == "4711"


def test_imported_cards_are_revoked_and_renewed_by_their_vendor_only(fresh, vendor):
    import_certificates(fresh, [item(vendor())])
    for change in (lambda: revoke_cards(fresh, ["4711"]), lambda: renew_cards(fresh, ["R00020"])):
        with pytest.raises(CardsError, match="ask the vendor"):
            change()


def test_a_list_names_files_relative_to_itself(fresh, vendor, tmp_path):
    vendor(serial=1), vendor(serial=2)
    (tmp_path / "list.csv").write_text("file,resident,kind\n1.p12,R00020,\n2.p12,R00021,phone\n", encoding="utf-8")
    records = import_certificates(fresh, read_import_list(tmp_path / "list.csv", b"open"))
    assert [(r.serial, r.resident, r.kind) for r in records] == [
        ("1", "R00020", CardKind.CARD),
        ("2", "R00021", CardKind.PHONE),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\nx\n", r"line 1: columns must be file,resident,kind"),
        ("file,resident\n1.p12,\n", r"line 2, column resident: is empty"),
        ("file,resident\n1.p12\n", r"line 2, column resident: is empty"),
        ("file,resident\n1.p12,R1,x\n", r"line 2: has more values than columns"),
        ("file,resident,kind\n1.p12,R1,watch\n", r"line 2, column kind: 'watch' is not allowed; use card or phone"),
    ],
)
def test_a_wrong_list_is_told_by_line_and_column(tmp_path, text, told):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_import_list(tmp_path / "list.csv", b"open")
