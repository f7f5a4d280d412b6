"""Every key of a TOML file is found at the line on which it stands."""

from __future__ import annotations

from calsync.toml_lines import key_lines, line_of

TEXT = '''\
# a comment = not a key
title = "x"

[rep]  # who
name = """
[not] = "a section"
"""
"quoted key" = 1
place.zone = "UTC"

[[contacts]]
path = "a"
[contacts.map]
name = "N"
[[contacts]]
path = "b"
blocks = [
  "x = 1",
]
after = 2
rules = [
  # the first
  { say = "by Friday", leaves = "2.." },
  { say = "soon ]" }, { say = "later" },
]
script = """
title = "not a key: a line of the script" """
last = { a = 1 }
'''


def test_keys_tables_and_arrays_of_tables_have_their_lines() -> None:
    assert key_lines(TEXT) == {
        ("title",): 2,
        ("rep",): 4,
        ("rep", "name"): 5,
        ("rep", "quoted key"): 8,
        ("rep", "place", "zone"): 9,
        ("contacts",): 11,
        ("contacts", 0): 11,
        ("contacts", 0, "path"): 12,
        ("contacts", 0, "map"): 13,
        ("contacts", 0, "map", "name"): 14,
        ("contacts", 1): 15,
        ("contacts", 1, "path"): 16,
        ("contacts", 1, "blocks"): 17,
        ("contacts", 1, "after"): 20,
        ("contacts", 1, "rules"): 21,
        ("contacts", 1, "rules", 0): 23,
        ("contacts", 1, "rules", 1): 24,
        ("contacts", 1, "script"): 26,
        ("contacts", 1, "last"): 28,
    }


def test_a_key_that_is_not_there_is_placed_at_the_table_around_it() -> None:
    lines = key_lines(TEXT)
    assert line_of(lines, ("contacts", 1, "format")) == 15
    assert line_of(lines, ("contacts", 1, "blocks", 0)) == 17
    assert line_of(lines, ("hours",)) == 1
