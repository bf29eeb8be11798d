"""Orders out as an Excel workbook: made by a job, sealed, handed to who asked for it."""
