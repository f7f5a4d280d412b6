"""Commitment -> Entry: what the rep sees on the calendar."""

from calsync.rendering.context import missing_slots
from calsync.rendering.notices import notice, notice_entry
from calsync.rendering.parts import NOTES_LINE, OUTCOME_LINE, Parts, split_description, with_notes
from calsync.rendering.render import history_entry, render
from calsync.rendering.templates import Templates, load_templates
from calsync.rendering.titles import DONE, OVERDUE

__all__ = [
    "DONE",
    "NOTES_LINE",
    "OUTCOME_LINE",
    "OVERDUE",
    "Parts",
    "Templates",
    "history_entry",
    "load_templates",
    "missing_slots",
    "notice",
    "notice_entry",
    "render",
    "split_description",
    "with_notes",
]
