"""What staff meet: pages and checks on top of the documents."""
