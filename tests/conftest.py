"""The shared suites and helpers explain their failures as test modules do; said here, before anything imports them."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.suite", "tests.contract.ics_suite", "tests.contract.person", "tests.contract.dav_person"
)
