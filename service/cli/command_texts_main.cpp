// Of the build alone: writes what packages bring along besides the program.
//     aeclient_texts FOLDER
// FOLDER/man1/aeclient.1 and one page per command; FOLDER/bash/aeclient, FOLDER/zsh/_aeclient and
// FOLDER/fish/aeclient.fish.
#include "service/cli/completion.h"
#include "service/cli/manual_page.h"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

bool write(const std::filesystem::path& path, const std::string& text) {
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    std::ofstream file(path, std::ios::binary);
    file << text << std::flush;
    if (!file) {
        std::cerr << "aeclient_texts: " << path.string() << " cannot be written\n";
    }
    return file.good();
}

}  // namespace

int main(int argc, char** argv) {
    using namespace ae::service;
    if (argc != 2) {
        std::cerr << "usage: aeclient_texts FOLDER\n";
        return 64;
    }
    const std::filesystem::path folder = argv[1];
    const CommandDoc program = describe_program();
    const auto page = [&](const CommandDoc& command) {
        return write(folder / "man1" / (manual_name(command) + ".1"),
                     manual_page(command, program));
    };
    bool all = page(program);
    for (const CommandDoc& command : program.commands) {
        all = page(command) && all;
    }
    all = write(folder / "bash/aeclient", bash_completion(program)) && all;
    all = write(folder / "zsh/_aeclient", zsh_completion(program)) && all;
    all = write(folder / "fish/aeclient.fish", fish_completion(program)) && all;
    return all ? 0 : 1;
}
