#include "engine/base/result.h"

#include "engine/base/hresult_table.h"

namespace ae {

Error Error::within(std::string_view outer) && {
    std::string joined(outer);
    if (!context.empty()) {
        joined += ": ";
        joined += context;
    }
    context = std::move(joined);
    return std::move(*this);
}

Error Error::with_remedy(std::string_view text) && {
    remedy = text;
    return std::move(*this);
}

std::string Error::sentence() const {
    std::string text = context;
    if (!text.empty()) {
        text += ": ";
    }
    text += describe(code);
    const std::string_view advice = remedy.empty() ? remedy_for(code) : std::string_view(remedy);
    if (!advice.empty()) {
        text += ". ";
        text += advice;
    }
    if (text.back() != '.') {
        text += '.';
    }
    return text;
}

}  // namespace ae
