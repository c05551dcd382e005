"""The domain and the algorithms, pure: no Streamlit, no SQL, no HTTP, no files."""
