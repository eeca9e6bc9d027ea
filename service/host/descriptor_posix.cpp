#include "service/host/descriptor_posix.h"

#include "engine/base/hresult_table.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace ae::service {

Error system_error(int number, const std::string& what) {
    const std::string context = what + " (" + std::system_category().message(number) + ')';
    switch (number) {
        case ENOENT:
            return {kFileNotFound, context};
        case EACCES:
        case EPERM:
            return {kAccessDenied, context};
        case EMFILE:
        case ENFILE:
            return {kBusy, context, "Raise the limit of open files, or end what holds so many"};
        case ENOSYS:
        case EAFNOSUPPORT:
        case EPROTONOSUPPORT:
            return {kNotSupported, context};
        default:
            return {kUnexpected, context};
    }
}

struct Readable::Inside {
    Inside(Loop& loop, Changed call) : descriptor(loop), ready(std::move(call)) {}
    boost::asio::posix::stream_descriptor descriptor;
    Changed ready;
};

Readable::Readable(Loop& loop, UniqueDescriptor descriptor, Changed ready)
    : inside_(std::make_shared<Inside>(loop, std::move(ready))) {
    boost::system::error_code error;
    inside_->descriptor.assign(descriptor.get(), error);
    if (!error) {
        (void)descriptor.release();
        wait(inside_);
    }
}

int Readable::get() const { return inside_ ? inside_->descriptor.native_handle() : -1; }

void Readable::wait(const std::shared_ptr<Inside>& inside) {
    inside->descriptor.async_wait(
        boost::asio::posix::descriptor_base::wait_read,
        [held = std::weak_ptr(inside)](const boost::system::error_code& error) {
            const auto alive = held.lock();
            if (!alive || error) {
                return;
            }
            alive->ready();
            if (alive.use_count() > 1) {  // else it was destroyed meanwhile
                wait(alive);
            }
        });
}

void Delay::start(std::chrono::steady_clock::duration after, Changed then) {
    start_until(std::chrono::steady_clock::now() + after, std::move(then));
}

void Delay::start_until(std::chrono::steady_clock::time_point when, Changed then) {
    call_ = std::make_shared<Call>(Call{std::move(then)});
    timer_.expires_at(when);
    timer_.async_wait([held = std::weak_ptr(call_)](const boost::system::error_code& error) {
        const auto alive = held.lock();
        if (!alive || error) {
            return;
        }
        alive->made = true;
        alive->then();
    });
}

void Delay::cancel() {
    call_.reset();
    timer_.cancel();
}

}  // namespace ae::service
