"""Long work: what, by whom, how far, and what came of it.

Owns ``tasks`` and ``task_parts``. Whoever asks for long work leaves a task in their transaction
(``operations.leave``); the job of ``delivery/jobs/tasks.py`` does it in steps (``running.Run``), each of which
commits with the progress it made, so that a crash loses no step and repeats none. Input and output are kept
in parts beside the task, so that any process of any machine can go on.
"""
