#include "service/control/control_stream_pipe.h"

#include "service/control/control_instance_pipe.h"

#include <array>
#include <utility>

namespace ae::service {
namespace {

namespace asio = boost::asio;
using asio::windows::stream_handle;
using boost::system::error_code;

class PipeStream final : public ControlStream {
  public:
    explicit PipeStream(stream_handle pipe)
        : pipe_(std::make_shared<stream_handle>(std::move(pipe))) {}

    // [ImpersonateNamedPipeClient]: not before data was read; then the process has to do.  Counting
    // is all that this is for.
    std::optional<Peer> visitor() override {
        auto client = peer();
        return client ? std::move(client) : client_process_of(pipe_->native_handle());
    }
    std::optional<Peer> peer() override { return client_of(pipe_->native_handle()); }

    void read_some(asio::mutable_buffer into, Moved moved) override {
        pipe_->async_read_some(into, std::move(moved));
    }
    void write_some(asio::const_buffer from, Moved moved) override {
        pipe_->async_write_some(from, std::move(moved));
    }
    void wait_for_hang_up(Ended ended) override {
        const auto octet = std::make_shared<char>();
        pipe_->async_read_some(asio::buffer(octet.get(), 1),
                               [octet, call = std::move(ended)](const error_code& error,
                                                                std::size_t) { call(error); });
    }
    // A new pipe's buffer has room for one line, so this is over at once.
    void turn_away(const std::string& line) override {
        const auto text = std::make_shared<std::string>(line);
        pipe_->async_write_some(asio::buffer(*text),
                                [text, pipe = pipe_](const error_code&, std::size_t) {});
    }
    void close() noexcept override {
        error_code ignored;
        pipe_->close(ignored);
    }

  private:
    std::shared_ptr<stream_handle> pipe_;
};

}  // namespace

std::unique_ptr<ControlStream> pipe_stream(stream_handle connected) {
    return std::make_unique<PipeStream>(std::move(connected));
}

}  // namespace ae::service
