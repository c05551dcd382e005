"""What the service answers beside Streamlit's pages: its headers, and maps at their own address."""
