"""What is known of some members, as ``engine/audience_facts`` has it: tells why somebody is in an audience or not.

Read from the journal's tables and from receipts as they are, without the shortcuts of the SQL in ``conditions``; a test
holds both to the same answers.
"""
