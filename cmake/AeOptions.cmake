# Compiler settings live in one INTERFACE target that every library links; nothing sets global flags.
add_library(ae_options INTERFACE)
target_compile_features(ae_options INTERFACE cxx_std_20)
target_include_directories(ae_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(ae_options INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
target_compile_definitions(ae_options INTERFACE AE_VERSION="${PROJECT_VERSION}")
if(WIN32)
    target_compile_definitions(ae_options INTERFACE
        UNICODE _UNICODE WIN32_LEAN_AND_MEAN NOMINMAX _WIN32_WINNT=0x0A00 WINVER=0x0A00)
endif()
