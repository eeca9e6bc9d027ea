#include "engine/pending_requests.h"

#include "engine/base/text.h"

#include <algorithm>

namespace ae::engine {
namespace {

template <class Condition>
const PendingRequest* find(const std::vector<PendingRequest>& requests, Condition condition) {
    const auto at = std::ranges::find_if(requests, condition);
    return at == requests.end() ? nullptr : &*at;
}

}  // namespace

bool is_submitted(const PendingRequest& request) {
    return request.request_id && !request.template_name.empty();
}

bool is_unanswered(const PendingRequest& request) {
    return !request.request_id && !request.template_name.empty() && !request.ca.name.empty();
}

bool is_overdue(const PendingRequest& request, Time now) {
    return (is_submitted(request) || is_unanswered(request)) &&
           now - request.submitted > kPendingLife;
}

const PendingRequest* find_pending(const std::vector<PendingRequest>& requests,
                                   const std::string& template_name, const std::string& predecessor,
                                   Time now) {
    return find(requests, [&](const PendingRequest& request) {
        return (predecessor.empty() || request.predecessor == predecessor) &&
               is_submitted(request) && !is_overdue(request, now) &&
               equal_ignoring_case(request.template_name, template_name);
    });
}

const PendingRequest* find_unanswered(const std::vector<PendingRequest>& requests,
                                      const std::string& template_name,
                                      const std::string& predecessor) {
    return find(requests, [&](const PendingRequest& request) {
        return is_unanswered(request) && request.predecessor == predecessor &&
               equal_ignoring_case(request.template_name, template_name);
    });
}

}  // namespace ae::engine
