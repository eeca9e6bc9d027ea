# What every program that ships for Windows has: a version resource, a manifest, further resources,
# and the exploit mitigations that the toolchain knows.  tests/windows looks at the result.
#
#     ae_windows_program(TARGET [FILE.rc|FILE.mc]...)
#
# A FILE.mc (message table) also gives FILE.h, which TARGET can include from its binary folder.
include_guard()
include(CheckCXXCompilerFlag)

if(WIN32)
    # Control Flow Guard: llvm-mingw has it, the GNU compiler and linker do not.
    set(CMAKE_REQUIRED_LINK_OPTIONS -mguard=cf)
    check_cxx_compiler_flag(-mguard=cf AE_HAS_CONTROL_FLOW_GUARD)
    unset(CMAKE_REQUIRED_LINK_OPTIONS)
    find_program(AE_MESSAGE_COMPILER NAMES ${AE_MINGW}-windmc windmc REQUIRED)
endif()

function(ae_windows_program target)
    set(AE_PROGRAM ${target})
    set(packaging ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../packaging/windows)
    set(AE_MANIFEST ${packaging}/aeclient.manifest)
    set(resource ${CMAKE_CURRENT_BINARY_DIR}/${target}_program.rc)
    configure_file(${packaging}/aeclient.rc.in ${resource} @ONLY)
    set_source_files_properties(${resource} PROPERTIES OBJECT_DEPENDS ${AE_MANIFEST})
    target_sources(${target} PRIVATE ${resource})
    foreach(file IN LISTS ARGN)
        ae_add_resource(${target} ${file})
    endforeach()
    # The default of binutils 2.36 and later; older ones get it said.
    target_link_options(${target} PRIVATE
        LINKER:--dynamicbase LINKER:--high-entropy-va LINKER:--nxcompat)
    if(AE_HAS_CONTROL_FLOW_GUARD)
        target_compile_options(${target} PRIVATE -mguard=cf)
        target_link_options(${target} PRIVATE -mguard=cf)
    endif()
endfunction()

function(ae_add_resource target file)
    cmake_path(ABSOLUTE_PATH file)
    cmake_path(GET file STEM name)
    cmake_path(GET file EXTENSION LAST_ONLY extension)
    if(extension STREQUAL .mc)
        set(folder ${CMAKE_CURRENT_BINARY_DIR})
        # -U: its text is UTF-16 in the program, so that every language's Windows shows it.
        add_custom_command(OUTPUT ${folder}/${name}.rc ${folder}/${name}.h
            COMMAND ${AE_MESSAGE_COMPILER} -U -h ${folder} -r ${folder} ${file}
            MAIN_DEPENDENCY ${file} VERBATIM)
        target_include_directories(${target} PRIVATE ${folder})
        set(file ${folder}/${name}.rc)
    endif()
    target_sources(${target} PRIVATE ${file})
endfunction()
