// The token that a request of this page shows to prove that it is ours.
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}
