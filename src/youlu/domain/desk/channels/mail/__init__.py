"""Letters by e-mail: read from an inbox by IMAP, each an order or a message on the order that it answers; answered by
SMTP (`domain/messages/mailing.py`)."""
