"""The command `motcua`. A command's module is read when the command is called, so that help is there at once."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from api.cli.telling import run_telling

# name -> (module, what it does)
COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("serving", "Chạy cổng và bộ hẹn giờ — run site and scheduler, with or without the demo"),
    "serve": ("serving", "Chạy cổng — serve the site with several worker processes"),
    "worker": ("serving", "Chạy bộ hẹn giờ — run the scheduler alone"),
    "db": ("database", "Cơ sở dữ liệu — bring the database up to date"),
    "demo": ("demo", "Dữ liệu mẫu — load the sample organisation and dossiers"),
    "check": ("check", "Kiểm tra thủ tục — check a procedure's files"),
    "deploy": ("deploy", "Triển khai thủ tục — deploy a procedure's folder or ZIP"),
    "walk": ("walk", "Đi hết một hồ sơ — drive a dossier over HTTP as the people involved"),
    "organisation": ("organisation", "Tổ chức — check, import and search units; stand-ins; who leaves, what closes"),
    "mandate": ("mandate", "Thẩm quyền — who may decide what, by which instrument; check, add, end, list"),
    "user": ("people", "Người dùng — add people, passwords and roles"),
    "token": ("people", "Mã truy cập — make access tokens for the API"),
    "routes": ("routes", "Các địa chỉ — list every route with who may use it"),
    "feel": ("rules", "Biểu thức FEEL — evaluate an expression"),
    "dmn": ("rules", "Bảng quyết định — evaluate a decision table"),
    "deadline": ("deadline", "Thời hạn — count a due date and say why"),
    "calendar": ("calendar", "Lịch làm việc — show, preview or change the working calendar"),
    "history": ("history", "Lịch sử hồ sơ — verify a history, write a dossier as one ZIP, check such a ZIP anywhere"),
    "export": ("export", "Xuất dữ liệu — write an anonymous event log for process mining"),
}


class Commands(click.Group):
    """Knows its commands by name and reads their modules late."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which somebody new needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"api.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without reading any module."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, meaning) for name, (_module, meaning) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the engine refuses is told in words, with exit code 1."""
        return run_telling(lambda: super(Commands, self).invoke(ctx))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="motcua")
def main() -> None:
    """Một cửa: thủ tục hành chính chạy bằng BPMN — administrative procedures, run from BPMN.

    Settings are read from MOTCUA_* environment variables; without any, everything lies under ./var.
    Exit codes: 0 done, 1 refused or failed, 2 called wrongly or set up wrongly.
    """
