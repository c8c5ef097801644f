"""A kernel provisioner that has kernels forked from the warm parent (:mod:`analysis.runs.kernels.nursery`); all else stays jupyter_client's own.

Interrupts, timeouts, kernels that die and restarts go the ordinary way: only the start differs. Where no nursery answers, an ordinary kernel is started.
Waiting is for what happens, not for a time to pass: jupyter_client listens for 0.2 s of silence before the first cell and looks every 0.1 s whether a
kernel has ended, which is a third of a second of idleness a document.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Type

from analysis.runs.kernels import nursery


class ForkedProcess:
    """What LocalProvisioner needs of ``subprocess.Popen``, for a kernel that the nursery forked."""

    stdin = stdout = stderr = None

    def __init__(self, answers: socket.socket) -> None:
        self._answers = answers
        self._waiting = b""
        self.returncode: int | None = None
        self.pid = int(self._read_line()["pid"])

    def _read_line(self) -> dict[str, int]:
        while b"\n" not in self._waiting:
            more = self._answers.recv(256)
            if not more:
                raise ConnectionError("the nursery closed the line")
            self._waiting += more
        line, _, self._waiting = self._waiting.partition(b"\n")
        return json.loads(line)

    def poll(self) -> int | None:
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        if self._look(timeout) is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        return self.returncode

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                self.returncode = int(self._read_line()["code"])
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:  # the keeper was killed, and the kernel with it
                self.returncode = -signal.SIGKILL
            self._answers.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkedProvisioner(LocalProvisioner):
    """Starts Python kernels from the nursery named in the environment."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        address = os.environ.get(nursery.ADDRESS, "")
        if not address or "ipykernel_launcher" not in cmd or "-f" not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        env = dict(kwargs.get("env") or os.environ)
        try:
            asked = nursery.ask(address, cmd[cmd.index("-f") + 1], env, str(kwargs.get("cwd") or os.getcwd()))
            self.process = await asyncio.get_running_loop().run_in_executor(None, ForkedProcess, asked)
        except OSError:
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid  # the kernel leads a group of its own
        return self.connection_info


class PromptClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel has said so on both channels."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask the kernel what it is until the answer has come, and on the channel of outputs the word that it was given.

        Raises
        ------
        RuntimeError
            Where the kernel has died, or ``timeout`` seconds have passed.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while not await self._has_answered(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _has_answered(self, asked: str) -> bool:
        try:
            reply = await self.shell_channel.get_msg(timeout=1)
            while reply["parent_header"].get("msg_id") != asked or reply["msg_type"] != "kernel_info_reply":
                reply = await self.shell_channel.get_msg(timeout=1)
            self._handle_kernel_info_reply(reply)
            while True:  # all outputs that there are before the first cell are heard when the kernel is idle again
                heard = await self.iopub_channel.get_msg(timeout=0.2)
                if heard["parent_header"].get("msg_id") == asked and heard["content"].get("execution_state") == "idle":
                    return True
        except Empty:  # slow, or not yet connected to the channel of outputs: what was said before is not said again
            return False


class PromptManager(AsyncKernelManager):
    """jupyter_client's own manager of kernels, with the prompt client and a shorter breath between two looks at a kernel that is ending."""

    client_factory = Type(PromptClient, klass=AsyncKernelClient)

    async def _async_wait(self, pollinterval: float = 0.005) -> None:
        await super()._async_wait(min(pollinterval, 0.005))
