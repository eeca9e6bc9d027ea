#include "service/host/command_line_win32.h"

#include "engine/base/win32.h"

namespace ae::service {
namespace {

// Backslashes count as themselves but in front of a quotation mark, our closing one included.
std::wstring quoted(const std::wstring& word) {
    std::wstring out = L"\"";
    std::size_t backslashes = 0;
    for (const wchar_t letter : word) {
        if (letter == L'"') {
            out.append(backslashes + 1, L'\\');
        }
        backslashes = letter == L'\\' ? backslashes + 1 : 0;
        out += letter;
    }
    return out.append(backslashes, L'\\') + L'"';
}

bool can_stand_alone(const std::wstring& word) {
    return !word.empty() && word.find_first_of(L" \t\n\v\"") == std::wstring::npos;
}

}  // namespace

std::wstring command_line(const std::vector<std::string>& words) {
    std::wstring line;
    for (const std::string& one : words) {
        const std::wstring word = wide(one);
        // The program's name always in quotes: [CreateProcess], [CreateService].
        line += line.empty() ? L"" : L" ";
        line += !line.empty() && can_stand_alone(word) ? word : quoted(word);
    }
    return line;
}

}  // namespace ae::service
