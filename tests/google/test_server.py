"""The stand-in itself: it refuses what Google refuses, in Google's words, and checks against the discovery document."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from calsync.calendars.google import tokens
from tests.google import desk
from tests.google.desk import CALLBACKS
from tests.google.discovery import ViolationError, operations, select
from tests.google.oauth import CLIENT_ID, CLIENT_SECRET
from tests.google.server import SERVICE, GoogleServer

START = {"dateTime": "2026-10-23T09:00:00-05:00"}
END = {"dateTime": "2026-10-23T09:10:00-05:00"}
EVENT = {"id": "abcde", "summary": "Call", "start": START, "end": END}
EVENTS = f"calendars/{quote(CALLBACKS)}/events"


class Raw:
    """A client that says just what it is told to."""

    def __init__(self, server: GoogleServer) -> None:
        self._server = server
        self.token = server.sign_in.signed_in(" ".join(tokens.SCOPES))[0]

    def __call__(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, **query: str
    ) -> tuple[int, Any]:
        line = http.client.HTTPConnection(self._server.root.removeprefix("http://"))
        sent = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        target = SERVICE + path + (f"?{urlencode(query)}" if query else "")
        line.request(method, target, json.dumps(body) if body is not None else None, sent)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        return answer.status, json.loads(content) if content else None


@pytest.fixture
def raw(server: GoogleServer, tmp_path: Path) -> Raw:
    desk.settle(server, tmp_path)
    return Raw(server)


def reason(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    assert set(body["error"]) == {"errors", "code", "message"}
    assert body["error"]["code"] == status
    return status, body["error"]["errors"][0]["reason"]


class TestDiscovery:
    def test_every_operation_has_a_path_of_its_own(self) -> None:
        assert {"events.insert", "events.patch", "freebusy.query", "calendarList.list"} <= {
            operation.id for operation in operations()
        }

    @pytest.mark.parametrize(
        "query",
        [
            {"colour": "red"},
            {"maxResults": "many"},
            {"maxResults": "0"},
            {"showDeleted": "yes"},
            {"orderBy": "title"},
            {"timeMin": "2026-10-23"},
            {"timeMin": "2026-10-23T09:00:00"},
            {"calendarId": "x"},
            {"fields": "items(id"},
            {"fields": "items)"},
        ],
        ids=lambda query: next(iter(query.items())),
    )
    def test_a_parameter_that_the_document_does_not_allow(self, raw: Raw, query: dict[str, str]) -> None:
        assert raw("GET", EVENTS, None, None, **query)[0] == 400

    @pytest.mark.parametrize(
        "change",
        [
            {"colour": "red"},
            {"summary": 7},
            {"summary": None},
            {"start": "2026-10-23"},
            {"start": {"day": "2026-10-23"}},
            {"start": {"date": "soon"}},
            {"reminders": {"overrides": [{"method": "popup", "minutes": "10"}]}},
            {"reminders": {"overrides": [{"method": "popup", "minutes": True}]}},
            {"extendedProperties": {"private": {"calsync": 1}}},
            {"attendees": {}},
        ],
        ids=str,
    )
    def test_a_body_that_the_document_does_not_allow(self, raw: Raw, change: dict[str, Any]) -> None:
        assert reason(raw("POST", EVENTS, EVENT | change)) == (400, "invalid")

    def test_an_unknown_method(self, raw: Raw) -> None:
        assert reason(raw("GET", "nothing/here")) == (404, "notFound")
        assert reason(raw("PUT", EVENTS)) == (404, "notFound")

    def test_a_body_that_is_no_json(self, raw: Raw, server: GoogleServer) -> None:
        line = http.client.HTTPConnection(server.root.removeprefix("http://"))
        headers = {"Authorization": f"Bearer {raw.token}", "Content-Type": "application/json"}
        line.request("POST", SERVICE + EVENTS, "{", headers)
        assert line.getresponse().status == 400
        line.close()

    @pytest.mark.parametrize(
        ("fields", "left"),
        [
            ("a", {"a": 1}),
            ("items(id)", {"items": [{"id": 1}, {"id": 2}]}),
            ("items/id,a", {"a": 1, "items": [{"id": 1}, {"id": 2}]}),
            ("items(x/y)", {"items": [{"x": {"y": 5}}, {}]}),
            ("items/x/*", {"items": [{"x": {"y": 5, "z": 6}}, {}]}),
            ("nothing", {}),
        ],
    )
    def test_a_mask_leaves_what_it_names(self, fields: str, left: dict[str, Any]) -> None:
        whole = {"a": 1, "b": 2, "items": [{"id": 1, "x": {"y": 5, "z": 6}}, {"id": 2}]}
        assert select(whole, fields) == left

    @pytest.mark.parametrize("fields", ["", "a,", "a(", "a()", "a)b", "a b"])
    def test_a_mask_that_is_none(self, fields: str) -> None:
        with pytest.raises(ViolationError):
            select({}, fields)


class TestWho:
    def test_without_a_token(self, raw: Raw) -> None:
        raw.token = "nonsense"
        assert reason(raw("GET", EVENTS)) == (401, "authError")

    def test_with_too_few_scopes(self, raw: Raw, server: GoogleServer) -> None:
        raw.token = server.sign_in.signed_in("https://www.googleapis.com/auth/calendar.events.readonly")[0]
        assert raw("GET", EVENTS)[0] == 200
        assert reason(raw("POST", EVENTS, EVENT)) == (403, "insufficientPermissions")

    def test_a_client_nobody_knows(self, server: GoogleServer) -> None:
        form = {"grant_type": ["refresh_token"], "client_id": ["x"]}
        assert server.sign_in.token(form)[0] == 401

    def test_a_code_works_once_and_only_with_its_verifier(self, server: GoogleServer) -> None:
        asked = {
            "client_id": [CLIENT_ID], "response_type": ["code"], "access_type": ["offline"], "prompt": ["consent"],
            "redirect_uri": ["http://127.0.0.1:1/"], "scope": ["a b"], "state": ["s"], "code_challenge": ["other"],
        }  # fmt: skip
        server.sign_in.consent(asked)
        form = {
            "grant_type": ["authorization_code"], "client_id": [CLIENT_ID], "client_secret": [CLIENT_SECRET],
            "code": list(server.sign_in.codes), "redirect_uri": ["http://127.0.0.1:1/"], "code_verifier": ["mine"],
        }  # fmt: skip
        assert server.sign_in.token(form)[1]["error"] == "invalid_grant"
        assert server.sign_in.token(form)[1]["error"] == "invalid_grant"


class TestEvents:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"id": "calsync1"}, "invalid"),
            ({"id": "abcd"}, "invalid"),
            ({"id": "ABCDE"}, "invalid"),
            ({"id": "a" * 1025}, "invalid"),
            ({"iCalUID": "x@y"}, "invalid"),
            ({"end": {}}, "required"),
            ({"end": {"date": "2026-10-24"}}, "invalid"),
            ({"end": {"dateTime": "2026-10-23T08:00:00-05:00"}}, "timeRangeEmpty"),
            ({"start": START | {"timeZone": "GMT+05:30"}}, "invalid"),
            ({"start": {"dateTime": "2026-10-23T09:00:00"}}, "invalid"),
            ({"status": "cancelled"}, "invalid"),
            ({"description": "x" * 8193}, "invalid"),
            ({"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 1}]}},
             "cannotUseDefaultRemindersAndSpecifyOverride"),
            ({"reminders": {"overrides": [{"method": "popup", "minutes": m} for m in range(6)]}}, "invalid"),
            ({"reminders": {"overrides": [{"method": "popup", "minutes": 40321}]}}, "invalid"),
            ({"reminders": {"overrides": [{"method": "sms", "minutes": 1}]}}, "invalid"),
        ],
    )  # fmt: skip
    def test_what_google_refuses(self, raw: Raw, change: dict[str, Any], why: str) -> None:
        assert reason(raw("POST", EVENTS, EVENT | change)) == (400, why)

    def test_an_id_is_taken_for_ever(self, raw: Raw) -> None:
        assert raw("POST", EVENTS, EVENT)[0] == 200
        assert reason(raw("POST", EVENTS, EVENT)) == (409, "duplicate")
        assert raw("DELETE", f"{EVENTS}/abcde") == (204, None)
        assert reason(raw("POST", EVENTS, EVENT)) == (409, "duplicate")
        assert raw("GET", f"{EVENTS}/abcde")[1]["status"] == "cancelled"
        assert reason(raw("DELETE", f"{EVENTS}/abcde")) == (410, "deleted")
        assert reason(raw("DELETE", f"{EVENTS}/fghij")) == (404, "notFound")

    def test_conditions(self, raw: Raw) -> None:
        etag = raw("POST", EVENTS, EVENT)[1]["etag"]
        stale = {"If-Match": '"1"'}
        assert reason(raw("PATCH", f"{EVENTS}/abcde", {"summary": "x"}, stale)) == (412, "conditionNotMet")
        assert reason(raw("DELETE", f"{EVENTS}/abcde", None, stale)) == (412, "conditionNotMet")
        status, changed = raw("PATCH", f"{EVENTS}/abcde", {"summary": "x"}, {"If-Match": etag})
        assert (status, changed["summary"]) == (200, "x")
        assert changed["etag"] != etag
        assert reason(raw("PUT", f"{EVENTS}/abcde", EVENT, {"If-Match": etag})) == (412, "conditionNotMet")

    def test_a_patch_merges_and_a_put_replaces(self, raw: Raw) -> None:
        mine = {"colorId": "3", "extendedProperties": {"private": {"a": "1", "b": "2"}}}
        raw("POST", EVENTS, EVENT | mine)
        change = {"extendedProperties": {"private": {"b": None, "c": "3"}}, "colorId": None}
        patched = raw("PATCH", f"{EVENTS}/abcde", change)[1]
        assert patched["extendedProperties"] == {"private": {"a": "1", "c": "3"}}
        assert "colorId" not in patched
        assert patched["summary"] == "Call"
        put = raw("PUT", f"{EVENTS}/abcde", {"start": START, "end": END})[1]
        assert "summary" not in put
        assert "extendedProperties" not in put

    def test_long_properties_are_cut(self, raw: Raw) -> None:
        private = {"k" * 45: "gone", "k" * 44: "v" * 1025}
        stored = raw("POST", EVENTS, EVENT | {"extendedProperties": {"private": private}})[1]
        assert stored["extendedProperties"]["private"] == {"k" * 44: "v" * 1024}


class TestLists:
    @pytest.fixture(autouse=True)
    def _three(self, raw: Raw) -> None:
        for number in range(3):
            private = {"extendedProperties": {"private": {"n": str(number)}}}
            assert raw("POST", EVENTS, EVENT | private | {"id": f"event{number}"})[0] == 200

    def test_the_token_stands_on_the_last_page_only(self, raw: Raw) -> None:
        first = raw("GET", EVENTS, maxResults="2")[1]
        assert len(first["items"]) == 2
        assert "nextSyncToken" not in first
        last = raw("GET", EVENTS, maxResults="2", pageToken=first["nextPageToken"])[1]
        assert len(last["items"]) == 1
        assert "nextPageToken" not in last
        assert raw("GET", EVENTS, maxResults="2", syncToken=last["nextSyncToken"])[1]["items"] == []

    @pytest.mark.parametrize(
        "more",
        [
            {"timeMin": "2026-01-01T00:00:00Z"}, {"timeMax": "2026-01-01T00:00:00Z"}, {"q": "x"}, {"iCalUID": "x"},
            {"updatedMin": "2026-01-01T00:00:00Z"}, {"orderBy": "updated"}, {"privateExtendedProperty": "n=1"},
            {"sharedExtendedProperty": "n=1"}, {"showDeleted": "false"}, {"singleEvents": "true"},
        ],
        ids=lambda more: next(iter(more)),
    )  # fmt: skip
    def test_what_a_sync_token_does_not_go_with(self, raw: Raw, more: dict[str, str]) -> None:
        token = raw("GET", EVENTS)[1]["nextSyncToken"]
        assert reason(raw("GET", EVENTS, None, None, syncToken=token, **more)) == (400, "invalid")

    def test_a_dead_token(self, raw: Raw, server: GoogleServer) -> None:
        token = raw("GET", EVENTS)[1]["nextSyncToken"]
        server.store.expire_sync_tokens()
        assert reason(raw("GET", EVENTS, syncToken=token)) == (410, "fullSyncRequired")
        assert reason(raw("GET", EVENTS, syncToken="nonsense")) == (410, "fullSyncRequired")

    def test_a_property_is_searched_for_and_gives_no_token(self, raw: Raw) -> None:
        found = raw("GET", EVENTS, privateExtendedProperty="n=1")[1]
        assert [item["id"] for item in found["items"]] == ["event1"]
        assert "nextSyncToken" not in found

    def test_deleted_ones_are_shown_when_asked_for_or_changed(self, raw: Raw) -> None:
        token = raw("GET", EVENTS)[1]["nextSyncToken"]
        raw("DELETE", f"{EVENTS}/event1")
        assert len(raw("GET", EVENTS)[1]["items"]) == 2
        assert len(raw("GET", EVENTS, showDeleted="true")[1]["items"]) == 3
        (changed,) = raw("GET", EVENTS, syncToken=token)[1]["items"]
        assert (changed["id"], changed["status"]) == ("event1", "cancelled")

    def test_order_by_start_needs_single_events(self, raw: Raw) -> None:
        assert raw("GET", EVENTS, orderBy="startTime")[0] == 400
        assert raw("GET", EVENTS, orderBy="startTime", singleEvents="true")[0] == 200

    def test_a_page_token_belongs_to_its_listing(self, raw: Raw) -> None:
        page = raw("GET", EVENTS, maxResults="2")[1]["nextPageToken"]
        assert raw("GET", EVENTS, maxResults="1", pageToken=page)[0] == 400

    def test_no_more_than_2500_a_page(self, raw: Raw) -> None:
        assert len(raw("GET", EVENTS, maxResults="9999")[1]["items"]) == 3

    def test_only_reminders_leave_updated_alone(self, raw: Raw) -> None:
        before = raw("GET", f"{EVENTS}/event1")[1]
        after = raw("PATCH", f"{EVENTS}/event1", {"reminders": {"useDefault": False}})[1]
        assert after["updated"] == before["updated"]
        assert after["etag"] != before["etag"]


class TestCalendars:
    def test_free_busy_of_no_more_than_fifty(self, raw: Raw) -> None:
        body = {"timeMin": "2026-10-23T00:00:00Z", "timeMax": "2026-10-24T00:00:00Z"}
        many = {"items": [{"id": str(number)} for number in range(51)]}
        assert reason(raw("POST", "freeBusy", body | many)) == (400, "tooManyCalendarsRequested")
        assert reason(raw("POST", "freeBusy", {"items": []})) == (400, "required")
        assert reason(raw("POST", "freeBusy", body | {"timeMax": body["timeMin"]})) == (400, "timeRangeEmpty")
        unknown = raw("POST", "freeBusy", body | {"items": [{"id": "x"}]})[1]
        assert unknown["calendars"]["x"]["errors"][0]["reason"] == "notFound"

    def test_calendars_are_listed_read_and_made(self, raw: Raw, server: GoogleServer) -> None:
        raw.token = server.sign_in.signed_in("https://www.googleapis.com/auth/calendar")[0]
        listed = raw("GET", "users/me/calendarList")[1]["items"]
        assert [item["summary"] for item in listed] == ["rep@example.com", "Callbacks"]
        made = raw("POST", "calendars", {"summary": "More", "timeZone": "Europe/London"})[1]
        assert raw("GET", f"calendars/{quote(made['id'])}")[1]["timeZone"] == "Europe/London"
        assert raw("GET", f"users/me/calendarList/{quote(made['id'])}")[1]["accessRole"] == "owner"
        assert reason(raw("POST", "calendars", {})) == (400, "required")
        assert reason(raw("GET", "calendars/nothing")) == (404, "notFound")

    def test_what_the_stand_in_does_not_do_it_says(self, raw: Raw) -> None:
        assert raw("POST", f"{EVENTS}/quickAdd", text="Lunch")[0] == 501
