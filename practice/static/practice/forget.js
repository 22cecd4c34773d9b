/* Whoever comes to sign in finds nothing that an earlier session kept in this browser; its other tabs are covered. */
indexedDB.deleteDatabase("evenhand");
new BroadcastChannel("evenhand").postMessage({ member: "" });
