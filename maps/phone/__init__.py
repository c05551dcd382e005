"""The team's page on a phone: plain HTML behind a link, which works where there is no network.

`files/` is all that a phone loads: the same for everybody, without a name in it. What a team sees
comes as one answer to whoever holds its link (`payload`), and what it records goes back in batches
(`server`). The words of all five languages are one more file (`words`).
"""
