"""Knowledge base (知识库): what the desk knows, by version, approved, found as one types."""
