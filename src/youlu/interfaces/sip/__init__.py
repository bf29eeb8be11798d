"""A telephone exchange of SIP for one desk: it stands between an operator's trunk and the agents' telephones and knows
Youlu by address and keys only, as any exchange does (docs/how-to/connect-your-telephone-exchange.md). No Django."""
