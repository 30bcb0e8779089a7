"""The contract and the routes are the same thing, said twice."""

from __future__ import annotations

from openapi_spec_validator import validate
from tornado.web import RequestHandler

from mwaa_kit.errors import WrongUsageError
from mwaa_kit.server.contract import METHODS, contract, need, operations, wire_version
from mwaa_kit.server.handlers import HANDLERS
from mwaa_kit.server.work import WORK


def test_the_contract_is_openapi_as_its_specification_has_it() -> None:
    validate(contract())
    assert wire_version() == 1


def test_every_route_is_in_the_contract_and_every_operation_has_a_route() -> None:
    routes = {
        (method, handler.path_in_contract)
        for handler in HANDLERS
        for method in METHODS
        if getattr(handler, method) is not getattr(RequestHandler, method)
    }
    assert routes | {("get", "/events")} == set(operations())


def test_every_route_names_work_that_there_is() -> None:
    assert {handler.work for handler in HANDLERS if getattr(handler, "work", "")} <= WORK.keys()


def test_a_request_that_does_not_fit_is_told_where_and_why_without_its_values() -> None:
    cells = [{"id": "a", "cell_type": "code", "source": "secret = 'hunter2'", "colour": 1}]
    told = []
    for schema, value in (
        ("Document", {"path": "a.ipynb", "cells": cells}),
        ("Document", {"cells": []}),
        ("Document", {"path": 3, "cells": []}),
        ("Document", []),
        ("PracticeRequest", {"action": "destroy"}),
        ("PlanRequest", {"path": "a.ipynb", "env": "a b"}),
    ):
        try:
            need(schema, value)
        except WrongUsageError as error:
            told.append(error.message)
    assert told == [
        "cells[0]: 'colour' is not known here",
        "the request: 'path' is missing",
        "path: it is not of type string",
        "the request: it is not of type object",
        "action: it is not one of ['start', 'stop', 'reset']",
        "env: it is not of the form ^[A-Za-z0-9_.@-]{1,128}$",
    ]
