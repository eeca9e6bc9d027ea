#include "service/host/new_process_win32.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace ae::service {
namespace {

struct EnvironmentTraits {
    using value_type = wchar_t*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type block) noexcept { ::FreeEnvironmentStringsW(block); }
};

// The variables whose names begin with '=' ("=C:=C:\") are the system's.
std::wstring_view name_in(std::wstring_view entry) { return entry.substr(0, entry.find(L'=', 1)); }

int compare_names(std::wstring_view left, std::wstring_view right) {
    return ::CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                                  static_cast<int>(right.size()), TRUE) -
           CSTR_EQUAL;
}

std::vector<std::wstring> own_variables() {
    const UniqueHandle<EnvironmentTraits> block(::GetEnvironmentStringsW());
    std::vector<std::wstring> all;
    for (const wchar_t* at = block.get(); at != nullptr && *at != L'\0';
         at += all.back().size() + 1) {
        all.emplace_back(at);
    }
    return all;
}

}  // namespace

ProcessAttributes::ProcessAttributes(std::vector<HANDLE> handles, HANDLE job)
    : handles_(std::move(handles)), job_(job) {
    constexpr DWORD kAttributes = 2;
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, kAttributes, 0, &size);
    memory_.resize(size);
    auto* list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
    if (!::InitializeProcThreadAttributeList(list, kAttributes, 0, &size)) {
        return;
    }
    list_ = list;
    complete_ =
        (handles_.empty() ||
         ::UpdateProcThreadAttribute(list_, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                     handles_.size() * sizeof(HANDLE), nullptr, nullptr)) &&
        ::UpdateProcThreadAttribute(list_, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, &job_, sizeof job_,
                                    nullptr, nullptr);
}

ProcessAttributes::~ProcessAttributes() {
    if (list_ != nullptr) {
        ::DeleteProcThreadAttributeList(list_);
    }
}

Result<UniqueWinHandle> make_killing_job() {
    UniqueWinHandle job(::CreateJobObjectW(nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!job || !::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits,
                                           sizeof limits)) {
        return fail(last_error("make a job object"));
    }
    return job;
}

// [CreateProcessW]: sorted by name, case ignored.
std::wstring environment_with(const std::wstring& name, const std::wstring& value) {
    std::vector<std::wstring> all = own_variables();
    std::erase_if(all, [&](const auto& entry) { return compare_names(name_in(entry), name) == 0; });
    all.push_back(name + L'=' + value);
    std::stable_sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
        return compare_names(name_in(left), name_in(right)) < 0;
    });
    std::wstring block;
    for (const auto& entry : all) {
        block.append(entry).push_back(L'\0');
    }
    return block + L'\0';
}

}  // namespace ae::service
