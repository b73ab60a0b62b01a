"""Uploading a bundle to the Hugging Face Hub, when that is asked for."""

from __future__ import annotations

from pathlib import Path

from recurra.errors import UserError


def push(folder: Path, name: str) -> str:
    """Uploads a bundle as ``user/name``, which is public unless it is there already; returns its address.

    Graphs of an earlier bundle that this one does not have are removed there.

    Raises:
        UserError: no account, no network, or a name that is not one's own; the bundle stays where it is.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    try:
        address = api.create_repo(name, exist_ok=True)
        api.upload_folder(
            repo_id=name,
            folder_path=folder,
            commit_message="A model, with what was measured",
            delete_patterns="*.onnx",
        )
    except Exception as error:  # besides its own the Hub's client lets through those of its HTTP library
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"push={name}: {reason}; the bundle itself is in {folder}. `hf auth login` signs in") from None
    return str(address)
