"""Starts and stops the demo: model, database, index, sample data, all programs on loopback."""

import base64
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
CONFIG = ROOT / "ops" / "supervisord.conf"
READY_SECONDS = 180


def step(words: str) -> None:
    print(f"· {words}", flush=True)


def read_env(path: Path) -> dict[str, str]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def keys() -> dict[str, str]:
    """Encryption and signing keys, made once: without them the database cannot be read again."""
    path = VAR / "keys" / "keys.env"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = ("TINGSU_DATA_KEY", "TINGSU_AUDIT_KEY", "TINGSU_SESSION_KEY", "TINGSU_SPOOL_KEY")
        path.write_text("".join(f"{name}={base64.b64encode(secrets.token_bytes(32)).decode()}\n" for name in names))
        path.chmod(0o600)
    return read_env(path)


def environment() -> dict[str, str]:
    var = VAR.resolve()
    return {
        **os.environ,
        **read_env(ROOT / "ops" / "demo.env"),
        **keys(),
        "TINGSU_DATABASE_URL": os.environ.get("TINGSU_DATABASE_URL", f"sqlite+aiosqlite:///{var}/tingsu.db"),
        "TINGSU_VAR_DIR": str(var),
        "PYTHONPATH": str(ROOT),
    }


def run(env: dict[str, str], *command: str) -> str:
    with (VAR / "log" / "setup.log").open("a") as log:
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    if done.returncode:
        sys.exit(f"启动失败：{' '.join(command)}（退出码 {done.returncode}）。详情在 var/log/setup.log。")
    return done.stdout.strip()


def supervisor(env: dict[str, str], *command: str, quiet: bool = False) -> int:
    ctl = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(CONFIG), *command]
    where = subprocess.DEVNULL if quiet else None
    return subprocess.run(ctl, cwd=ROOT, env=env, stdout=where, stderr=where, check=False).returncode


def running() -> bool:
    try:
        os.kill(int((VAR / "supervisord.pid").read_text()), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    return True


def stop() -> None:
    if not running():
        return
    step("停止正在运行的演示 ...")
    supervisor({**os.environ, "TINGSU_MODEL": "-"}, "shutdown", quiet=True)
    for _ in range(300):
        if not running():
            return
        time.sleep(0.1)
    sys.exit("演示没有停下来：请查看 var/log/supervisord.log。")


def missing() -> list[str]:
    """What the chain is still waiting for; empty when it is ready."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/health/ready", timeout=3):
            return []
    except urllib.error.HTTPError as error:
        found = json.loads(error.read()).get("missing", [])
        return [f"{item['program']}（{item['why']}）" for item in found]
    except OSError:
        return ["casebackend（尚未启动）"]


def wait_until_ready() -> None:
    deadline = time.monotonic() + READY_SECONDS
    waiting: list[str] = ["casebackend"]
    while time.monotonic() < deadline:
        waiting = missing()
        if not waiting:
            return
        time.sleep(0.5)
    sys.exit(f"启动超时，仍未就绪：{'、'.join(waiting)}。日志在 var/log。")


def start() -> None:
    stop()
    (VAR / "log").mkdir(parents=True, exist_ok=True)
    env = environment()
    step("准备对话模型（输入没有变化时直接使用已训练的模型）...")
    env["TINGSU_MODEL"] = run(env, "bot/.venv/bin/python", "bot/train.py").splitlines()[-1]
    step("准备数据库、日历、组织机构、知识库 ...")
    run(env, sys.executable, "-m", "casebackend", "migrate")
    logins = json.loads(run(env, sys.executable, "-m", "casebackend", "demo-logins"))
    step("启动各程序 ...")
    run(env, sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIG))
    wait_until_ready()
    step("准备示例投诉 ...")
    run({**env, "TINGSU_SAMPLE_LOGINS": json.dumps(logins)}, sys.executable, "-m", "ops.sample")
    print(
        "\n听诉已就绪\n"
        "  客户网页聊天    http://127.0.0.1:8080/\n"
        "  客户办理进度    http://127.0.0.1:8080/progress\n"
        "  微信模拟窗口    http://127.0.0.1:8090/\n"
        "  坐席与管理      http://127.0.0.1:8000/\n"
        "  接口说明        http://127.0.0.1:8000/api-docs\n"
        "  登录名与本次密码："
    )
    for login, password in logins.items():
        print(f"    {login:<11}{password}")
    print("停止：make stop")


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]]()
