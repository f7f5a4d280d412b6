"""What happens in the files."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.life import LOG_HEAD, NAMES, NOBODY, SHY, World

OUTCOMES = ["left_voicemail", "connected", "no_answer", "not_interested", "sold"]
PROMISES = ["", "by Friday", "tomorrow", "Wednesday at 3pm", "in 2 weeks", "next week"]


class Files(World):
    """Rows come, change and go; files are cut, emptied and put back."""

    @rule(name=st.sampled_from(NAMES), outcome=st.sampled_from(OUTCOMES), promise=st.sampled_from(PROMISES))
    def a_call_is_logged(self, name: str, outcome: str, promise: str) -> None:
        self.add_row(name, f"outbound,call,{outcome},{promise},")
        self.save()
        self.happened("row added")

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=2, max_size=7), promise=st.sampled_from(PROMISES))
    def a_morning_of_calls_is_logged(self, names: set[str], promise: str) -> None:
        for name in sorted(names):
            self.add_row(name, f"outbound,call,left_voicemail,{promise},")
        self.save()
        self.happened("rows added")

    @rule(name=st.sampled_from(NAMES))
    def they_call(self, name: str) -> None:
        self.add_row(name, "inbound,call,connected,,")
        self.save()
        self.happened("they call")

    @rule(name=st.sampled_from(SHY))
    def they_ask_not_to_be_called(self, name: str) -> None:
        self.add_row(name, "inbound,call,do_not_call,,")
        self.save()
        self.happened("opted out")

    @rule()
    def a_bad_row_is_logged(self) -> None:
        self.add_row(NOBODY, "outbound,call,left_voicemail,by Friday,")
        self.save()
        self.happened("bad row")

    @precondition(lambda self: self.lines)
    @rule(which=st.integers(0, 99))
    def a_row_is_removed(self, which: int) -> None:
        del self.lines[which % len(self.lines)]
        self.save()
        self.happened("row removed")

    @precondition(lambda self: any(",by Friday," in line for line in self.lines))
    @rule(which=st.integers(0, 99), promise=st.sampled_from(["by Monday", "tomorrow", ""]))
    def a_row_is_edited(self, which: int, promise: str) -> None:
        found = [at for at, line in enumerate(self.lines) if ",by Friday," in line]
        index = found[which % len(found)]
        self.lines[index] = self.lines[index].replace(",by Friday,", f",{promise},")
        self.save()
        self.happened("row edited")

    @rule(name=st.sampled_from(NAMES), opted_out=st.booleans())
    def a_contact_is_edited(self, name: str, opted_out: bool) -> None:
        identity, _, phone, region, _ = self.contacts[name].strip("\n").split(",")
        said = "yes" if opted_out and name in SHY else ""
        self.contacts[name] = f"{identity},{name.title()} Baker,{phone},{region},{said}\n"
        self.save_contacts()
        self.happened("contact edited")

    @rule()
    def the_log_is_half_written(self) -> None:
        self.save(LOG_HEAD + "".join(self.lines) + f"{self.now:%Y-%m-%dT%H:%M:%S},bob,outbo")
        self.run_or_die()
        self.save()
        self.happened("file half written")

    @precondition(lambda self: len(_good(self.lines)) > 7)
    @rule(share=st.sampled_from([0.0, 0.1, 0.4]))
    def the_log_is_cut_for_a_moment(self, share: float) -> None:
        whole = "".join(self.lines)
        left = whole[: int(len(whole) * share)]
        if len(_good(self.lines)) - len(_good(left.splitlines())) <= 6:
            return
        self.quiet()
        before, calls = dict(self.store.items), {one.uid for one in self.calls()}
        self.save(LOG_HEAD + left)
        report = self.run_or_die()
        if report is not None and report.refused:
            assert self.store.items == before  # G6
            self.happened("cut log refused")
        assert calls <= {one.uid for one in self.calls()}  # G6: at most it was tidied up
        self.save()
        self.happened("file truncated" if share else "file emptied")

    @rule()
    def the_contacts_are_emptied_for_a_moment(self) -> None:
        if self.run_or_die() is None:
            return
        before = dict(self.store.items)
        self.save_contacts("id,name,phone,region,do_not_call\n")
        refused = self.run_or_die()
        assert refused is not None
        assert refused.refused
        assert self.store.items == before  # G6
        self.save_contacts()
        self.happened("contacts emptied")


def _good(lines: list[str]) -> list[str]:
    return [line for line in lines if NOBODY not in line]
