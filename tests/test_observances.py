"""Public holidays: the same as the library's own, and no country is loaded that nobody asked about."""

from __future__ import annotations

import json
import subprocess
import sys

SOME = ["US", "GB", "DE", "FR", "CA", "AU", "MX", "IN", "JP", "BR", "PR", "ZA", "NZ", "ES", "HK", "AE"]


def asked(program: str) -> object:
    """What a Python of its own prints, as JSON: what is loaded in this one proves nothing."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def days(country_holidays: str) -> object:
    return asked(
        f"import json\nfrom {country_holidays} import country_holidays\n"
        f"print(json.dumps({{name: {{str(day): text for day, text in country_holidays(name, years=2026).items()}} "
        f"for name in {SOME}}}))"
    )


def test_the_days_are_those_of_the_library() -> None:
    """Also of countries that build on another's table (Puerto Rico, Hong Kong)."""
    ours = days("calsync.observances")
    assert ours == days("holidays")
    assert isinstance(ours, dict)
    assert all(ours[name] for name in SOME)


def test_one_country_loads_one_country() -> None:
    loaded = asked(
        "import json, sys\nfrom calsync.observances import country_holidays\ncountry_holidays('US', years=2026)\n"
        "print(json.dumps(sorted(name for name in sys.modules if name.startswith('holidays.countries.'))))"
    )
    assert loaded == ["holidays.countries.united_states"]
