/* What the C of widl uses and the headers of mingw-w64 do not declare; the system has them. */
#pragma once

#include <unknwn.h>

HRESULT WINAPI IUnknown_QueryInterface_Proxy(IUnknown*, REFIID, void**);
ULONG WINAPI IUnknown_AddRef_Proxy(IUnknown*);
ULONG WINAPI IUnknown_Release_Proxy(IUnknown*);
