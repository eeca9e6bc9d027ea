#include "service/capture/ustar.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace ae::service {
namespace {

constexpr std::size_t kBlock = 512;
// Places in the header block.
struct Place {
    std::size_t at;
    std::size_t size;
};
constexpr Place kName{0, 100};
constexpr Place kMode{100, 8};
constexpr Place kOwner{108, 8};
constexpr Place kGroup{116, 8};
constexpr Place kSize{124, 12};
constexpr Place kModified{136, 12};
constexpr Place kChecksum{148, 8};
constexpr Place kType{156, 1};
constexpr Place kMagic{257, 6};
constexpr Place kVersion{263, 2};
constexpr Place kPrefix{345, 155};
constexpr char kPlainFile = '0';
constexpr std::uint64_t kMostOctal = 077777777777;  // eleven digits

using Header = std::array<char, kBlock>;

void put_text(Header& header, Place place, std::string_view text) {
    std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(place.at));
}

// Octal digits with zeros in front; one NUL behind.
void put_number(Header& header, Place place, std::uint64_t value) {
    for (std::size_t i = place.size - 1; i-- > 0; value /= 8) {
        header.at(place.at + i) = static_cast<char>('0' + value % 8);
    }
}

// The sum of all octets, with the checksum's own place counted as blanks.
std::uint64_t checksum(std::string_view block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        const bool own = i >= kChecksum.at && i < kChecksum.at + kChecksum.size;
        sum += own ? std::uint64_t{' '} : static_cast<unsigned char>(block[i]);
    }
    return sum;
}

std::string_view field(std::string_view block, Place place) {
    return block.substr(place.at, place.size);
}

std::string_view text_of(std::string_view block, Place place) {
    const auto whole = field(block, place);
    return whole.substr(0, whole.find('\0'));
}

// Octal, with blanks around and NUL behind, as different programs write it.
std::optional<std::uint64_t> number_of(std::string_view block, Place place) {
    const auto digits = trim(text_of(block, place));
    if (digits.empty() || digits.size() > 11) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '7') {
            return std::nullopt;
        }
        value = value * 8 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

std::size_t padding(std::size_t size) { return (kBlock - size % kBlock) % kBlock; }

bool is_empty(std::string_view block) {
    return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
}

tl::unexpected<Error> refuse(const std::string& what) { return fail(kInvalidData, what); }

// "./x" is what `tar cf a.tar ./x` writes.
std::string_view name_of(std::string_view block) {
    auto name = text_of(block, kName);
    while (name.starts_with("./")) {
        name.remove_prefix(2);
    }
    return text_of(block, kPrefix).empty() ? name : std::string_view{};
}

}  // namespace

std::string write_ustar(std::span<const ArchivedFile> files, Time modified) {
    const auto seconds = std::max<std::int64_t>(modified.time_since_epoch().count(), 0);
    std::string archive;
    for (const auto& file : files) {
        Header header{};
        put_text(header, kName, file.name);
        put_number(header, kMode, 0600);
        put_number(header, kOwner, 0);
        put_number(header, kGroup, 0);
        put_number(header, kSize, file.content.size());
        put_number(header, kModified, std::min(static_cast<std::uint64_t>(seconds), kMostOctal));
        header.at(kType.at) = kPlainFile;
        put_text(header, kMagic, "ustar");
        put_text(header, kVersion, "00");
        // Six digits, NUL, blank: the one number of another form.
        put_number(header, {kChecksum.at, kChecksum.size - 1},
                   checksum({header.data(), header.size()}));
        header.at(kChecksum.at + kChecksum.size - 1) = ' ';
        archive.append(header.data(), header.size());
        archive += file.content;
        archive.append(padding(file.content.size()), '\0');
    }
    return archive.append(2 * kBlock, '\0');
}

Result<std::map<std::string, std::string>> read_ustar(std::string_view archive,
                                                      std::span<const std::string_view> wanted) {
    std::map<std::string, std::string> files;
    if (archive.size() < kBlock || !text_of(archive, kMagic).starts_with("ustar")) {
        return refuse("it is no ustar archive");
    }
    for (;;) {
        if (archive.size() < kBlock) {
            return refuse("the archive is cut off: its end mark is missing");
        }
        const auto block = archive.substr(0, kBlock);
        archive.remove_prefix(kBlock);
        if (is_empty(block)) {
            return files;
        }
        if (number_of(block, kChecksum) != checksum(block)) {
            return refuse("the archive is damaged: the checksum of a header is wrong");
        }
        const auto size = number_of(block, kSize);
        if (!size) {
            return refuse("the archive is damaged: a size is no octal number");
        }
        const auto name = name_of(block);
        if (*size > archive.size()) {
            return refuse("the archive is cut off in the middle of " +
                          printable(text_of(block, kName)));
        }
        const auto content = archive.substr(0, static_cast<std::size_t>(*size));
        archive.remove_prefix(std::min(content.size() + padding(content.size()), archive.size()));
        if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
            continue;
        }
        const char type = block[kType.at];
        if (type != kPlainFile && type != '\0') {
            return refuse("member " + printable(name) + " of the archive is no plain file");
        }
        if (!files.emplace(name, content).second) {
            return refuse("the archive holds " + printable(name) + " twice");
        }
    }
}

}  // namespace ae::service
