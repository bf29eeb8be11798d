"""From the domain's selectors to the rows of pages; one module per room. No writes, no HTML."""
