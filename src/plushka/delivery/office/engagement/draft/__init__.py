"""The editor of a programme: forms that cannot express nonsense, with the programme in sentences beside them.

A section of the editor writes a part of the programme as texts (``write_…``) and reads it back (``read_…``); what a
form cannot show is carried along untouched as JSON (``….kept``) and can only be removed. Writing and reading are
inverse, which a property test keeps.
"""
