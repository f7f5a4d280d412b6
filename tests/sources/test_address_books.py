"""Google, Outlook, vCard, and the exports of other programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calsync.errors import SourceError
from calsync.model import ContactKind, Line, Phone
from calsync.sources import SourceSpec, guess, preview
from calsync.sources.numbers import Numbers
from calsync.sources.vcard import CardReader
from tests.sources.helpers import NOW, Desk, only

GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,"
    "Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,"
    "Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,"
    "Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,"
    "Relation 1 - Label,Relation 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value"
)
GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Notes,Language,Photo,"
    "Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,"
    "Organization 1 - Name"
)
OUTLOOK = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business City,"
    "Home Street,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,"
    "Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,"
    "Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Categories,E-mail Address,E-mail Type,"
    "E-mail 2 Address,Notes,Referred By,Sensitivity,Spouse,User 1,Web Page"
)


def row(header: str, **cells: str) -> str:
    """A row of that header; spaces and punctuation of a title are underscores in the keyword."""
    titles = header.split(",")
    by_key = {"".join(c if c.isalnum() else "_" for c in title): title for title in titles}
    values = {by_key[key]: value for key, value in cells.items()}
    return ",".join('"' + values.get(title, "").replace('"', '""') + '"' for title in titles)


def test_google_contacts(desk: Desk) -> None:
    line = row(
        GOOGLE,
        First_Name="Dana",
        Middle_Name="R.",
        Last_Name="Levy",
        Organization_Name="Acme Roofs",
        Notes="likes\nmornings",
        Labels="* myContacts ::: suppliers ::: * starred",
        E_mail_1___Label="* Home",
        E_mail_1___Value="dana@example.com ::: d@example.com",
        Phone_1___Label="* Mobile",
        Phone_1___Value="(312) 555-0142 ::: +1 312-555-0143",
        Phone_2___Label="Work Fax",
        Phone_2___Value="312 555 0144",
        Address_1___Formatted="1 Elm St\nChicago, IL",
        Relation_1___Label="Referred By",
        Relation_1___Value="Jim Byrne",
        Custom_Field_1___Label="topic",
        Custom_Field_1___Value="the roof",
    )
    book = desk.contacts(b"\xef\xbb\xbf" + f"{GOOGLE}\r\n{line}\r\n".encode()).read()
    dana = only(book.contacts)
    assert (dana.name, dana.first_name, dana.company) == ("Dana R. Levy", "Dana", "Acme Roofs")
    assert dana.phones == (Phone("+13125550142", Line.CELL), Phone("+13125550143", Line.CELL))
    assert dana.emails == ("dana@example.com", "d@example.com")
    assert dana.groups == ("suppliers", "starred")
    assert (dana.referrer, dana.topic, dana.notes) == ("Jim Byrne", "the roof", "likes\nmornings")
    assert dana.extra == {"Address 1 - Formatted": "1 Elm St\nChicago, IL"}
    assert (dana.id, dana.where.line, book.problems) == ("+13125550142", 2, ())


def test_a_label_that_a_broken_export_put_into_the_mail_column(desk: Desk) -> None:
    line = row(GOOGLE, First_Name="Dana", E_mail_1___Value="* Home", E_mail_2___Value="dana@example.com")
    book = desk.contacts(f"{GOOGLE}\n{line}\n").read()
    assert (only(book.contacts).emails, book.problems) == (("dana@example.com",), ())


def test_the_old_google_contacts(desk: Desk) -> None:
    line = row(
        GOOGLE_OLD,
        Name="Dana Levy",
        Given_Name="Dana",
        Family_Name="Levy",
        Group_Membership="* myContacts ::: Do not call",
        E_mail_1___Type="* Work",
        E_mail_1___Value="dana@example.com",
        Phone_1___Type="Work",
        Phone_1___Value="312 555 0142",
        Organization_1___Name="Acme",
    )
    dana = only(desk.contacts(f"{GOOGLE_OLD}\n{line}\n").read().contacts)
    assert (dana.name, dana.first_name, dana.company) == ("Dana Levy", "Dana", "Acme")
    assert dana.phones == (Phone("+13125550142", Line.WORK),)
    assert (dana.groups, dana.do_not_call) == (("Do not call",), True)


def test_outlook(desk: Desk) -> None:
    line = row(
        OUTLOOK,
        Title="Mr.",
        First_Name="René",
        Last_Name="Klein",
        Suffix="Jr.",
        Company="Klein & Co",
        Business_Fax="312 555 0101",
        Business_Phone="312 555 0102",
        Callback="312 555 0103",
        Home_Phone="312 555 0104",
        Mobile_Phone="312 555 0105",
        Pager="312 555 0106",
        Primary_Phone="312 555 0107",
        TTY_TDD_Phone="312 555 0108",
        Assistant_s_Phone="312 555 0109",
        Telex="x",
        Categories="Roof;Hot",
        E_mail_Address="rene@example.com",
        E_mail_Type="SMTP",
        Referred_By="Jim Byrne",
        User_1="blue",
    )
    book = desk.contacts(f"{OUTLOOK}\r\n{line}\r\n".encode("cp1252")).read()
    rene = only(book.contacts)
    assert (rene.name, rene.company, rene.referrer) == ("René Klein Jr.", "Klein & Co", "Jim Byrne")
    assert rene.phones == (
        Phone("+13125550107"),
        Phone("+13125550105", Line.CELL),
        Phone("+13125550102", Line.WORK),
        Phone("+13125550104", Line.HOME),
        Phone("+13125550103"),
    )
    assert (rene.groups, rene.emails, rene.extra["User 1"]) == (("Roof", "Hot"), ("rene@example.com",), "blue")
    assert book.problems == ()


def test_a_firm_without_a_person_is_called_by_its_own_name(desk: Desk) -> None:
    line = row(OUTLOOK, Company="Klein & Co", Company_Main_Phone="312 555 0102")
    assert only(desk.contacts(f"{OUTLOOK}\n{line}\n").read().contacts).name == "Klein & Co"


CARDS = """BEGIN:VCARD
VERSION:3.0
UID:urn:uuid:1
N:Levy;Dana;R.;;
FN:Dana Levy
ORG:Acme Roofs;Sales
TEL;TYPE=HOME,FAX:312 555 0101
item1.TEL:(312) 555-0143
item1.X-ABLabel:_$!<Work>!$_
TEL;TYPE=CELL;TYPE=pref:+1 312 555 0142
EMAIL;TYPE=INTERNET:dana@example.com
NOTE:likes mornings\\, not
  evenings\\nand tea
CATEGORIES:Roof,Hot
item2.X-ABRELATEDNAMES:Jim Byrne
item2.X-ABLabel:Referred by
PHOTO;ENCODING=b:AAAA
  BBBB
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB
TEL;CELL;VOICE:312 555 0144
NOTE;ENCODING=QUOTED-PRINTABLE:first=0D=0A=
second
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Omar Ortega
TEL;VALUE=uri;TYPE="voice,home";PREF=2:tel:+1-312-555-0145;ext=7
TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-312-555-0146
TZ:America/Denver
X-CALSYNC-TOPIC:the gutters
X-CALSYNC-DO-NOT-CALL:no
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:Friends
MEMBER:urn:uuid:1
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Klein & Co
this is no line of a card
TEL:12
END:VCARD
"""


def test_vcards_of_every_version(desk: Desk) -> None:
    book = desk.contacts(CARDS, name="phone.vcf").read()
    dana, zoe, omar, klein = book.contacts.values()
    assert (dana.id, dana.name, dana.first_name, dana.company) == ("urn:uuid:1", "Dana Levy", "Dana", "Acme Roofs")
    assert dana.phones == (Phone("+13125550142", Line.CELL), Phone("+13125550143", Line.WORK))
    assert (dana.notes, dana.groups, dana.referrer) == (
        "likes mornings, not evenings\nand tea",
        ("Roof", "Hot"),
        "Jim Byrne",
    )
    assert (zoe.name, zoe.phones, zoe.notes) == ("Zoë Müller", (Phone("+13125550144", Line.CELL),), "first\nsecond")
    assert omar.phones == (Phone("+13125550146", Line.WORK), Phone("+13125550145", Line.HOME, "7"))
    assert (omar.timezone, omar.topic, omar.do_not_call) == ("America/Denver", "the gutters", False)
    assert (klein.kind, klein.phones) == (ContactKind.BUSINESS, ())
    assert CARDS.split("\n")[klein.where.line : klein.where.line + 3] == ["VERSION:4.0", "KIND:org", "FN:Klein & Co"]
    assert [(p.line - klein.where.line, p.column) for p in book.problems] == [(4, ""), (5, "TEL")]


def test_a_broken_card_stops_no_other(desk: Desk) -> None:
    text = "BEGIN:VCARD\nFN:Dana\nTEL:+13125550142\nBEGIN:VCARD\nFN:Omar\nEND:VCARD\nstray\nBEGIN:VCARD\nEND:VCARD\n"
    book = desk.contacts(text, name="phone.vcf").read()
    assert [c.name for c in book.contacts.values()] == ["Omar"]
    assert [(p.line, p.message) for p in book.problems] == [
        (1, "this card has no END:VCARD"),
        (7, "this line stands outside of any card"),
        (8, "this card names nobody: no name, number or address"),
    ]


@given(st.text(st.sampled_from('BEGIN:VCARD\nEND=;,\\" \tTELFN.x1+é')) | st.text())
def test_any_text_is_cards_or_problems(text: str) -> None:
    reader = CardReader("x.vcf", Numbers("US"), frozenset())
    reader.read(enumerate(f"BEGIN:VCARD\n{text}\nEND:VCARD".split("\n"), 1))


HUBSPOT = "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Associated Company\n"
PIPEDRIVE = (
    "Person - Name,Person - Phone - Work,Person - Phone - Mobile,Person - Email - Work,Organization - Name,"
    "Deal - Title,Person - ID\n"
)
SALESFORCE = "Id,FirstName,LastName,Phone,MobilePhone,HomePhone,Email,Account Name,DoNotCall,OwnerId,Description\n"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (
            HUBSPOT + "51,Dana,Levy,dana@example.com,+13125550142,Tasha,New,2026-01-01,Acme\n",
            "id=Record ID, first_name=First Name, last_name=Last Name, email=Email, phone=Phone Number",
        ),
        (
            PIPEDRIVE + "Dana Levy,3125550143,3125550142,dana@example.com,Acme,the roof,51\n",
            "id=Person - ID, name=Person - Name, phone:work=Person - Phone - Work, phone:cell=Person - Phone - Mobile",
        ),
        (
            SALESFORCE + "51,Dana,Levy,,3125550142,,dana@example.com,Acme,0,005,\n",
            "id=Id, first_name=FirstName, phone:cell=MobilePhone, phone:home=HomePhone, do_not_call=DoNotCall",
        ),
    ],
    ids=["hubspot", "pipedrive", "salesforce"],
)
def test_the_columns_of_an_export_are_guessed(desk: Desk, text: str, columns: str) -> None:
    path = desk.put("export.csv", text)
    found = guess(path, NOW)
    expected = dict(pair.split("=") for pair in columns.split(", "))
    assert (found.format, found.unsure) == ("mapped", {})
    assert expected.items() <= found.columns.items()
    choices: list[dict[str, object]] = [{}, {"format": "mapped"}, {"format": "mapped", "columns": found.columns}]
    for options in choices:
        other = Desk(desk.folder)
        dana = only(other.contacts(text, "export.csv", **options).read().contacts)
        assert (dana.id, dana.name, dana.company) == ("51", "Dana Levy", "Acme")
        assert "+13125550142" in [phone.e164 for phone in dana.phones]


def test_a_guess_says_what_it_is_not_sure_of_and_what_it_leaves(desk: Desk) -> None:
    path = desk.put("export.csv", "Kundenname,Tel. mobil,Kundenmail,Umsatz\nDana Levy,3125550142,dana@example.com,5\n")
    found = guess(path, NOW)
    assert dict(found.unsure) == {"name": "Kundenname", "phone:cell": "Tel. mobil", "email": "Kundenmail"}
    assert list(found.unused) == ["Umsatz"]
    shown = preview(SourceSpec(path), "US-IL", NOW)
    assert (shown.total, shown.contacts[0].name, shown.contacts[0].emails) == (1, "Dana Levy", ("dana@example.com",))
    assert shown.contacts[0].phones == (Phone("+13125550142", Line.CELL),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name,phone:cell,color\n", "calsync"),
        (GOOGLE + "\n", "google"),
        (GOOGLE_OLD + "\n", "google"),
        (OUTLOOK + "\n", "outlook"),
    ],
)
def test_the_format_is_found_out(desk: Desk, text: str, expected: str) -> None:
    assert guess(desk.put("list.csv", text), NOW).format == expected


def test_a_list_without_any_known_column_says_how_to_name_them(desk: Desk) -> None:
    with pytest.raises(SourceError, match="no column says who a contact is; the header has Umsatz, Ort") as caught:
        desk.contacts("Umsatz,Ort\n5,Wien\n").read()
    assert "map = {" in caught.value.hint


def test_a_column_map_beats_every_other_reading_of_the_header(desk: Desk) -> None:
    columns = {"name": "Notes", "notes": "Name", "phone:work": "Fax?"}
    dana = only(desk.contacts("Name,Notes,Fax?\nlikes tea,Dana,3125550142\n", columns=columns).read().contacts)
    assert (dana.name, dana.notes, dana.phones) == ("Dana", "likes tea", (Phone("+13125550142", Line.WORK),))


@pytest.mark.parametrize(
    ("columns", "message", "hint"),
    [
        ({"nmae": "Name"}, '"nmae", which is no field', 'write "name" instead'),
        ({"phone:fax": "Name"}, '"phone:fax", which is no field', 'write "phone" instead'),
        ({"name": "Nmae"}, 'stands in "Nmae"', 'write name = "Name"'),
    ],
)
def test_a_column_map_that_names_what_is_not_there(
    desk: Desk, columns: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(SourceError) as caught:
        desk.contacts("Name\nDana\n", columns=columns).read()
    assert message in caught.value.message
    assert caught.value.hint == hint
