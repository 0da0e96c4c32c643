"""What a browser may say: nothing that empties what all share, and nothing at all once its rights are gone."""

from __future__ import annotations

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui.access import Refusal, User
from ui.server.protocol import Conversation

MISSION = User("max@ville.fr", "mission")
MANAGER = User("ana@ville.fr", "cantine")
READER = User("eva@ville.fr", "comite")


def rerun() -> BackMsg:
    message = BackMsg()
    message.rerun_script.query_string = "annee=2026"
    message.rerun_script.fragment_id = "a fragment"
    message.rerun_script.widget_states.widgets.add(id="erase the demonstration", trigger_value=True)
    return message


def message(name: str) -> BackMsg:
    made = BackMsg()
    if name == "skills":
        made.backend_operation_request.install_skills.SetInParent()
    elif name == "file":
        made.backend_operation_request.deferred_file.file_id = "x"
    elif name == "file_urls_request":
        made.file_urls_request.file_names.append("journal.csv")
    elif name in ("set_run_on_save", "clear_cache", "load_git_info", "stop_script", "app_heartbeat"):
        setattr(made, name, True)
    return made


@pytest.mark.parametrize("user", [MISSION, MANAGER, READER])
@pytest.mark.parametrize(
    "name", ["clear_cache", "load_git_info", "set_run_on_save", "skills", "nothing at all"], ids=str
)
def test_nobody_empties_what_all_share_nor_writes_beside_the_store(user: User, name: str) -> None:
    assert Conversation(lambda: user).let_through(message(name).SerializeToString()) is None


@pytest.mark.parametrize("name", ["stop_script", "app_heartbeat", "file"])
def test_what_pages_need_is_heard(name: str) -> None:
    frame = message(name).SerializeToString()
    assert Conversation(lambda: READER).let_through(frame) == frame


def test_only_who_may_deposit_is_given_an_address_to_send_a_file_to() -> None:
    frame = message("file_urls_request").SerializeToString()
    assert Conversation(lambda: MANAGER).let_through(frame) == frame
    assert Conversation(lambda: READER).let_through(frame) is None


def test_what_is_no_message_is_not_heard() -> None:
    assert Conversation(lambda: MISSION).let_through(b"\xff\xff\xff") is None


@pytest.mark.parametrize("now", [READER, Refusal("Déconnecté.", can_sign_in=True)])
def test_a_click_on_a_page_of_before_does_not_act_when_rights_changed(now: User | Refusal) -> None:
    answers = iter([MISSION, MISSION, now, now])
    conversation = Conversation(lambda: next(answers))
    frame = rerun().SerializeToString()
    assert conversation.let_through(frame) == frame
    anew = BackMsg()
    anew.ParseFromString(conversation.let_through(frame) or b"")
    assert not anew.rerun_script.widget_states.widgets
    assert not anew.rerun_script.fragment_id
    assert anew.rerun_script.query_string == "annee=2026"
    again = conversation.let_through(frame)
    assert (again == frame) is isinstance(now, User), "who has no right any more acts on nothing"
