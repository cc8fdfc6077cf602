"""Load goes to loopback addresses, or to hosts that were confirmed by name."""

import pytest

from harness.errors import TargetNotAllowed, UsageError
from harness.records.target import Node, Target
from harness.run.allow import check_allowed


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "https://localhost:1/x", "http://[::1]:5", "http://127.9.8.7"])
def test_loopback_is_free(url):
    check_allowed(Target(name="t", url=url), ())


@pytest.mark.parametrize(
    "url", ["http://example.jp", "http://10.0.0.1", "http://localhost.example.jp", "http://0.0.0.0:1", "http://[::2]/"]
)
def test_any_other_host_is_refused_until_confirmed(url):
    target = Target(name="t", url=url)
    with pytest.raises(TargetNotAllowed, match="--i-may-test") as e:
        check_allowed(target, ())
    check_allowed(target, (str(e.value).rpartition(" ")[2],))


def test_a_node_elsewhere_needs_its_own_confirmation():
    target = Target(name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1", url="http://node.example.jp"),))
    with pytest.raises(TargetNotAllowed, match=r"node\.example\.jp"):
        check_allowed(target, ())


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://127.0.0.1", "", "http://"])
def test_something_that_is_no_url_is_told_as_such(url):
    with pytest.raises(UsageError, match="give http://host:port"):
        check_allowed(Target(name="t", url=url), ())
