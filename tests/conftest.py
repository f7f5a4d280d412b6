"""What holds for all tests, said before anything imports them."""

import os

import pytest
from hypothesis import settings

# The shared suites and helpers explain their failures as test modules do.
pytest.register_assert_rewrite(
    "tests.contract.suite", "tests.contract.ics_suite", "tests.contract.person", "tests.contract.dav_person"
)

# A machine that decides whether a change may land tries the same examples each time; a person's tries new ones.
settings.register_profile("steady", derandomize=True, database=None, deadline=None, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("steady")
