"""Tax figures agree within themselves and belong to one person only."""


def assessments(population):
    return [(r.key, tax) for r in population.residents.values() for tax in r.taxes]


def test_everyone_who_may_apply_is_assessed_for_three_years(town):
    for resident in town.residents.values():
        years = [tax.year for tax in resident.taxes]
        nobody = "under_15" in resident.traits or "elsewhere" in resident.traits
        assert years == ([] if nobody else [2024, 2025, 2026])


def test_no_two_assessments_have_the_same_income(town):
    incomes = [tax.total_income for _, tax in assessments(town)]
    assert len(set(incomes)) == len(incomes)


def test_an_assessment_adds_up(town):
    for _, tax in assessments(town):
        assert 0 < tax.salary_income <= tax.total_income
        assert tax.taxable == max(0, tax.total_income - tax.deductions) // 1000 * 1000
        levies = tax.city_levy + tax.city_per_capita + tax.prefecture_levy + tax.prefecture_per_capita
        assert tax.annual_tax == levies == tax.paid + tax.unpaid
        assert tax.city_levy >= tax.prefecture_levy


def test_some_owe_tax_and_some_pay_none(town):
    taxes = [tax for _, tax in assessments(town)]
    assert any(tax.unpaid for tax in taxes)
    assert any(tax.annual_tax == 0 for tax in taxes)
