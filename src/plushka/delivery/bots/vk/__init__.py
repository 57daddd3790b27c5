"""VK's API of communities (dev.vk.com/api), over HTTP."""
