"""V3M5xx: threads, resources, shutdown."""

from __future__ import annotations

from codemods.rule import Rules
from codemods.rules.shutdown.app_thread import AppThread
from codemods.rules.shutdown.asyncio_run import AsyncioRun
from codemods.rules.shutdown.blocking_read import BlockingRead
from codemods.rules.shutdown.callback_arguments import CallbackArguments
from codemods.rules.shutdown.connect_limit import ConnectLimit
from codemods.rules.shutdown.device import Device
from codemods.rules.shutdown.ending_guard import EndingGuard
from codemods.rules.shutdown.extra_headers import ExtraHeaders
from codemods.rules.shutdown.handler_connect import HandlerConnect
from codemods.rules.shutdown.interruptible_join import InterruptibleJoin
from codemods.rules.shutdown.json_errors import JsonErrors
from codemods.rules.shutdown.last_words import LastWords
from codemods.rules.shutdown.sdk_at_exit import SdkAtExit
from codemods.rules.shutdown.sdk_ends import SdkEnds
from codemods.rules.shutdown.session_close import SessionClose
from codemods.rules.shutdown.session_messages import SessionMessages
from codemods.rules.shutdown.session_scope import SessionScope
from codemods.rules.shutdown.session_tasks import SessionTasks
from codemods.rules.shutdown.session_thread import SessionThread
from codemods.rules.shutdown.session_unended import SessionUnended
from codemods.rules.shutdown.swallowed_interrupt import SwallowedInterrupt
from codemods.rules.shutdown.thread_join import ThreadJoin
from codemods.rules.shutdown.token_timeout import TokenTimeout
from codemods.rules.shutdown.unshown import Unshown

RULES: Rules = (
    LastWords,
    ExtraHeaders,
    CallbackArguments,
    SwallowedInterrupt,
    SessionTasks,
    SessionScope,
    SessionClose,
    AppThread,
    SdkEnds,
    SessionMessages,
    TokenTimeout,
    SessionThread,
    SdkAtExit,
    AsyncioRun,
    HandlerConnect,
    BlockingRead,
    ConnectLimit,
    EndingGuard,
    JsonErrors,
    ThreadJoin,
    InterruptibleJoin,
    SessionUnended,
    Device,
    Unshown,
)
"""In the order in which they see a node: what a change covers, the rules behind it do not see."""
