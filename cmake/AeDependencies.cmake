# Foreign libraries, each behind a target of our own so that a folder names what it uses and no more.
# Headers are SYSTEM.  For Windows only header-only libraries exist: links to them are staged in the
# build tree, because the host's /usr/include as a whole must never reach the cross compiler.

if(CMAKE_CROSSCOMPILING)
    set(AE_STAGE ${CMAKE_BINARY_DIR}/staged-include)
    file(MAKE_DIRECTORY ${AE_STAGE})
    foreach(name boost spdlog fmt catch2 tl nlohmann CLI)
        if(EXISTS /usr/include/${name} AND NOT EXISTS ${AE_STAGE}/${name})
            file(CREATE_LINK /usr/include/${name} ${AE_STAGE}/${name} SYMBOLIC)
        endif()
    endforeach()
endif()

function(ae_header_only target)
    add_library(${target} INTERFACE)
    if(CMAKE_CROSSCOMPILING)
        target_include_directories(${target} SYSTEM INTERFACE ${AE_STAGE})
    endif()
endfunction()

ae_header_only(ae_expected)
ae_header_only(ae_json)
ae_header_only(ae_cli11)
ae_header_only(ae_catch2)

ae_header_only(ae_fmt)
target_compile_definitions(ae_fmt INTERFACE FMT_HEADER_ONLY)

ae_header_only(ae_spdlog)
target_compile_definitions(ae_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_link_libraries(ae_spdlog INTERFACE ae_fmt)

find_package(Threads REQUIRED)
ae_header_only(ae_asio)
target_compile_definitions(ae_asio INTERFACE BOOST_ERROR_CODE_HEADER_ONLY BOOST_ALL_NO_LIB
                                             BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(ae_asio INTERFACE Threads::Threads)
if(WIN32)
    target_link_libraries(ae_asio INTERFACE ws2_32 mswsock)
    # Left to itself asio takes winpthreads for its threads where a header of libstdc++'s came before
    # it, and Windows' elsewhere: two layouts of one class in one program.
    target_compile_definitions(ae_asio INTERFACE BOOST_ASIO_HAS_PTHREADS=1)
endif()

if(NOT WIN32)
    find_package(PkgConfig REQUIRED)
    find_package(OpenSSL 3 REQUIRED)
    pkg_check_modules(LDAP REQUIRED IMPORTED_TARGET ldap lber)
    pkg_check_modules(KRB5 REQUIRED IMPORTED_TARGET krb5 krb5-gssapi)
    # 7.61: CURLOPT_DISALLOW_USERNAME_IN_URL.  policy/curl_options.h has what newer ones do better.
    pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.61)
    pkg_check_modules(P11KIT REQUIRED IMPORTED_TARGET p11-kit-1)
    pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
endif()
