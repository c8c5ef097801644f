"""Documents: notebook → blocks → HTML, PDF and DOCX, none made from another."""
