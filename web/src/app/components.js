// The components of GOV.UK Frontend that need a script, with their texts in Vietnamese where the page is.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  Tabs,
  createAll,
} from "govuk-frontend";

const vietnamese = {
  characterCount: {
    charactersUnderLimit: { other: "Còn %{count} ký tự" },
    charactersAtLimit: "Còn 0 ký tự",
    charactersOverLimit: { other: "Thừa %{count} ký tự" },
    wordsUnderLimit: { other: "Còn %{count} từ" },
    wordsAtLimit: "Còn 0 từ",
    wordsOverLimit: { other: "Thừa %{count} từ" },
  },
  fileUpload: {
    chooseFilesButton: "Chọn tệp",
    dropInstruction: "hoặc thả tệp vào đây",
    noFileChosen: "Chưa chọn tệp nào",
    multipleFilesChosen: { other: "Đã chọn %{count} tệp" },
    enteredDropZone: "Đã vào vùng thả tệp",
    leftDropZone: "Đã rời vùng thả tệp",
  },
  passwordInput: {
    showPassword: "Hiện",
    hidePassword: "Ẩn",
    showPasswordAriaLabel: "Hiện mật khẩu",
    hidePasswordAriaLabel: "Ẩn mật khẩu",
    passwordShownAnnouncement: "Mật khẩu đang hiện",
    passwordHiddenAnnouncement: "Mật khẩu đã ẩn",
  },
};

export function startComponents(scope) {
  const texts = document.documentElement.lang === "vi" ? vietnamese : {};
  const localised = (name) => (texts[name] ? { i18n: texts[name] } : {});
  createAll(Button, { preventDoubleClick: true }, scope);
  createAll(CharacterCount, localised("characterCount"), scope);
  createAll(FileUpload, localised("fileUpload"), scope);
  createAll(PasswordInput, localised("passwordInput"), scope);
  for (const Component of [Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, Tabs]) {
    createAll(Component, undefined, scope);
  }
}
