"""The shared suites explain their failures as test modules do."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.suite", "tests.contract.ics_suite", "tests.contract.person", "tests.contract.dav_person"
)
