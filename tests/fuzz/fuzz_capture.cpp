// Whatever is taken for a capture is written so that it reads as the same capture.
//
// The input is an archive, or the two files with one NUL between them: the checksum of an archive's
// header keeps most changes out.
#include "service/capture/capture.h"
#include "service/capture/ustar.h"
#include "tests/fuzz/property.h"

#include <array>
#include <optional>

namespace {

using ae::fuzz::must_hold;
using namespace ae::service;

std::optional<CaptureText> text_of(std::string_view input) {
    constexpr std::array kNames{kDirectoryFile, kMachineFile};
    const auto files = read_ustar(input, kNames);
    if (files) {
        must_hold(files->size() <= kNames.size(), "only what was wanted");
        CaptureText text;
        for (const auto& [name, content] : *files) {
            must_hold(input.find(content) != std::string_view::npos,
                      "files are parts of the input");
            (name == kDirectoryFile ? text.directory_ldif : text.machine_json) = content;
        }
        return text;
    }
    must_hold(!files.error().context.empty(), "a refusal says why");
    const auto middle = input.find('\0');
    if (middle == std::string_view::npos) {
        return std::nullopt;
    }
    return CaptureText{std::string(input.substr(0, middle)), std::string(input.substr(middle + 1))};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = text_of(ae::as_text({data, size}));
    if (!input) {
        return 0;
    }
    const auto captured = parse_capture(*input, {});
    if (!captured) {
        must_hold(captured.error().context.starts_with(kDirectoryFile) ||
                      captured.error().context.starts_with(kMachineFile),
                  "a refusal names the file");
        return 0;
    }
    const auto text = capture_text(*captured);
    const auto again = parse_capture(text, {});
    must_hold(again.has_value(), "what was written reads back");
    must_hold(again->answers == captured->answers, "the same answers");
    const auto second = capture_text(*again);
    must_hold(
        second.directory_ldif == text.directory_ldif && second.machine_json == text.machine_json,
        "the same capture, the same text");
    must_hold(capture_archive(*again) == capture_archive(*captured), "the same archive");
    return 0;
}
