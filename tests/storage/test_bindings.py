"""A function's requests, and a service's own, come to the channel that was bound to them, for as long as it can be written to."""

from dataclasses import replace

from dialogs.events import Reference, Scope
from dialogs.request import Desk, desk_for
from storage import bindings
from storage.database import Database
from tests.company import NOON

HELP_IT = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
LAPTOPS = Reference(
    platform="teams", tenant="tenant-1", conversation="19:laptops@thread.tacv2", scope=Scope.CHANNEL, service_url="https://smba.example/"
)
IT = Desk(function="it", service=None, reference=HELP_IT, language="fr")
LAPTOP = Desk(function="it", service="it_laptop", reference=LAPTOPS, language="en")


async def bind(database: Database, desk: Desk) -> Desk | None:
    return await database.write("any", lambda session: bindings.bind(session, desk, "p-carol", NOON))


async def test_a_function_and_one_of_its_services_have_a_channel_each(database: Database) -> None:
    assert await database.read(bindings.desks) == {}
    assert await bind(database, IT) is None
    assert await bind(database, LAPTOP) is None
    assert await database.read(bindings.desks) == {("it", None): IT, ("it", "it_laptop"): LAPTOP}


async def test_binding_again_moves_it_and_says_where_it_was(database: Database) -> None:
    await bind(database, IT)
    elsewhere = replace(IT, reference=replace(HELP_IT, conversation="C-NEW"), language="en")
    assert await bind(database, elsewhere) == IT
    assert await database.read(bindings.desks) == {("it", None): elsewhere}


async def test_what_is_said_in_a_thread_binds_the_whole_channel(database: Database) -> None:
    await bind(database, replace(IT, reference=HELP_IT.under("1700000000.0001")))
    await bind(database, replace(LAPTOP, reference=LAPTOPS.under("1700000000001")))
    assert await database.read(bindings.desks) == {("it", None): IT, ("it", "it_laptop"): LAPTOP}


async def test_one_channel_may_serve_several(database: Database) -> None:
    finance = replace(IT, function="finance")
    for desk in (IT, replace(LAPTOP, reference=HELP_IT), finance):
        await bind(database, desk)
    bound = await database.read(bindings.desks)
    assert [key for key, desk in bound.items() if desk.reference == HELP_IT] == [("finance", None), ("it", None), ("it", "it_laptop")]


async def test_a_binding_is_taken_back_once(database: Database) -> None:
    for desk in (IT, LAPTOP):
        await bind(database, desk)
    assert await database.write("any", lambda session: bindings.unbind(session, "it", None)) is True
    assert await database.write("any", lambda session: bindings.unbind(session, "it", None)) is False
    assert await database.read(bindings.desks) == {("it", "it_laptop"): LAPTOP}


async def test_a_channel_that_cannot_be_written_to_any_more_gets_nothing_until_it_is_bound_again(database: Database) -> None:
    service = replace(LAPTOP, reference=HELP_IT)
    for desk in (IT, service):
        await bind(database, desk)
    dead = await database.write("any", lambda session: bindings.mark_dead(session, HELP_IT.under("1700000000.0001"), "is_archived"))
    assert dead == [replace(IT, dead="is_archived"), replace(service, dead="is_archived")]
    known = await database.read(bindings.desks)
    assert list(known.values()) == dead
    assert desk_for(known, "it", "it_laptop") is None
    assert await bind(database, IT) == dead[0]
    assert desk_for(await database.read(bindings.desks), "it", "it_laptop") == IT
    assert await database.write("any", lambda session: bindings.mark_dead(session, LAPTOPS, "gone")) == []
