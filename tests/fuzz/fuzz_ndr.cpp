// The primitives of NDR and what surrounds every COM reply, over octets of a hostile server: the
// reader stays inside them, and after its first complaint all is zero.
#include "ca-client/dcom/orpc.h"
#include "ca-client/rpc/ndr.h"
#include "tests/fuzz/property.h"

#include <algorithm>

using namespace ae;
using namespace ae::ca;
using fuzz::must_hold;

namespace {

bool inside(ByteView part, ByteView whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

// One read as `op` says; how long the octets were that came of it.
void read(std::uint8_t op, NdrReader& in, ByteView all) {
    constexpr std::size_t kCap = 64;
    switch (op % 9) {
        case 0:
            in.u8();
            break;
        case 1:
            in.u16();
            break;
        case 2:
            in.u32();
            break;
        case 3:
            in.u64();
            break;
        case 4:
            in.uuid();
            break;
        case 5: {
            const ByteView blob = in.blob(kCap);
            must_hold(blob.size() <= kCap && inside(blob, all), "a blob is bounded and inside");
            break;
        }
        case 6:
            must_hold(!in.array_of(op, 8) || in.left() >= std::size_t{op} * 8,
                      "an array that is accepted is there");
            break;
        case 7: {
            const ByteView pointer = read_interface_pointer(in);
            must_hold(inside(pointer, all), "an interface pointer is inside");
            break;
        }
        default:
            read_orpc_that(in);
            break;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) {
        return 0;
    }
    const ByteView script(data, 8);
    const ByteView all(data + 8, size - 8);
    NdrReader in(all);
    for (const std::uint8_t op : script) {
        const std::size_t before = in.left();
        read(op, in, all);
        must_hold(in.left() <= before, "reading goes forward");
    }
    if (!in.ok()) {
        must_hold(in.u8() == 0 && in.u32() == 0 && in.u64() == 0 && in.uuid() == Guid{} &&
                      in.blob(1024).empty(),
                  "after a complaint all is zero");
        must_hold(in.failure().value().code == hresult(0x8007000D), "a complaint is invalid data");
    }
    return 0;
}
