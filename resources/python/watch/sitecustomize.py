# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares an interpreter below `poolscope watch` for hooks in the modules of pools.

The folder of this file is the first on PYTHONPATH, so that every Python finds it at its start. It
takes its folder off sys.path again, and runs the sitecustomize that it hides. A finder then installs
hooks in a module of pools right after the program has imported it; a program without pools pays for
one dictionary lookup for each import. Whatever goes wrong here is silent: the program goes on
without hooks.

The interpreter may be any: what stands outside Probe is also valid in Python 2.7.
"""

import sys

FOLDER = __file__.rpartition("/")[0]


class Probe:
    """A finder that installs hooks in the modules that it names.

    It hands each module to the function of the same hook module, which it imports for that.
    """

    HOOKS = {
        "multiprocessing.util": "poolscope_watch_process",
        "multiprocessing.popen_fork": "poolscope_watch_process",
        "multiprocessing.pool": "poolscope_watch_pool",
        "multiprocess.util": "poolscope_watch_process",
        "multiprocess.popen_fork": "poolscope_watch_process",
        "multiprocess.pool": "poolscope_watch_pool",
        "concurrent.futures.process": "poolscope_watch_futures",
        "concurrent.futures.thread": "poolscope_watch_futures",
        "loky.backend.popen_loky_posix": "poolscope_watch_process",
        "loky.process_executor": "poolscope_watch_futures",
        "joblib.externals.loky.backend.popen_loky_posix": "poolscope_watch_process",
        "joblib.externals.loky.process_executor": "poolscope_watch_futures",
        "joblib.parallel": "poolscope_watch_joblib",
    }

    def __init__(self, folder, path_finder):
        self.folder = folder
        self.path_finder = path_finder

    def find_spec(self, name, path=None, target=None):
        hook = self.HOOKS.get(name)
        if hook is None:
            if name.startswith("poolscope_watch_"):
                return self.path_finder.find_spec(name, [self.folder], target)
            return None
        try:
            return self.hooked(name, path, target, hook)
        except Exception:
            return None

    def hooked(self, name, path, target, hook):
        """The spec that the next finder returns, whose loader executes and then hooks the module."""
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                break
        else:
            return None
        loader = spec.loader
        execute = loader.exec_module

        def exec_module(module):
            if loader.__dict__.get("exec_module") is exec_module:
                del loader.exec_module
            execute(module)
            try:
                __import__(hook).install(module)
            except Exception:
                pass

        loader.exec_module = exec_module
        return spec


def chain_to_the_hidden():
    """Runs the sitecustomize that this one hides, or has it look as if there were none."""
    if sys.version_info < (3, 5):
        import imp

        sys.modules.pop("sitecustomize", None)
        file, path, description = imp.find_module("sitecustomize")
        try:
            imp.load_module("sitecustomize", file, path, description)
        finally:
            if file:
                file.close()
        return
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    spec = PathFinder.find_spec("sitecustomize")
    if spec is None:
        # The site module takes this for the absence of a sitecustomize, and is silent.
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


def leave_path():
    """Takes the folder of this file off sys.path; PYTHONPATH keeps it for processes to come."""
    own = [entry for entry in sys.path if entry.rstrip("/") == FOLDER.rstrip("/")]
    for entry in own:
        sys.path.remove(entry)


def prepare():
    import os

    folder = os.environ.get("POOLSCOPE_WATCH")
    # Poolscope's workers, and what they start, belong to a run that Poolscope records itself.
    if not folder or sys.version_info < (3, 8) or "POOLSCOPE_WORKER" in os.environ:
        return
    path = "%s/%d.python" % (folder, os.getpid())
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    from _frozen_importlib_external import PathFinder

    sys.meta_path.insert(0, Probe(FOLDER, PathFinder))


try:
    leave_path()
    prepare()
except Exception:
    pass
chain_to_the_hidden()
