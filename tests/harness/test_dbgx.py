import os, sqlite3, subprocess
from pathlib import Path
from tests.harness.store import Store
from tests.harness.test_disk import unprivileged
from office import PLANNER
def test_x(tmp_path):
    home = tmp_path / "office" / "home"
    store = Store("sqlite", str(home / "registry.sqlite"), tmp_path / "office")
    store.furnish()
    print([ (f, os.readlink(f"/proc/self/fd/{f}")) for f in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{f}")])
    with unprivileged(tmp_path / "office"):
        (home / "registry.sqlite").chmod(0o400)
        home.chmod(0o700)
        print(os.geteuid(), subprocess.run(["ls","-lan",str(home)],capture_output=True,text=True).stdout)
        c=sqlite3.connect(home/"registry.sqlite", isolation_level=None)
        try:
            c.execute("BEGIN IMMEDIATE"); c.execute("update meta set value=value"); c.execute("commit"); print("WROTE")
        except Exception as e: print(e)
        print([ (f, os.readlink(f"/proc/self/fd/{f}")) for f in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{f}")])
        c.close()
        print(subprocess.run(["ls","-lan",str(home)],capture_output=True,text=True).stdout)
        print(open("/proc/self/status").read().split("CapEff")[1][:40])
        home.chmod(0o700)
        (home / "registry.sqlite").chmod(0o600)
    assert 0
